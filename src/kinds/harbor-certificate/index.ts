import { defineKind } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import { dueDates } from "./due-dates.ts";
import { observe } from "./observe.ts";
import type { ObservedCertificate } from "./observed.ts";
import type { CertificateAction } from "./action.ts";
import { plan } from "./plan.ts";
import { planRemoval } from "./plan-removal.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { harborCertificateSchema, type HarborCertificateSpec } from "./schema.ts";
import { verify } from "./verify.ts";

/** A certificate of Harbor's, from its CA to the places where it is used. */
export const harborCertificate = defineKind<
  HarborCertificateSpec,
  ObservedCertificate,
  CertificateAction,
  World
>({
  schema: harborCertificateSchema,
  observe,
  plan,
  planRemoval,
  dueDates,
  run,
  verify,
  render,
});
