import type { RunContext, Step } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import type { Gathered } from "./gathered.ts";
import type { HarborCertificateSpec } from "./schema.ts";

export type CertificateAction =
  | { readonly type: "create-authority" }
  | { readonly type: "create-next-authority" }
  | { readonly type: "switch-authority" }
  | { readonly type: "retire-authority" }
  | { readonly type: "create-account" }
  | { readonly type: "issue"; readonly of: string }
  | { readonly type: "issue-crl" }
  | { readonly type: "deliver-files"; readonly index: number }
  | { readonly type: "deliver-secret"; readonly index: number }
  | { readonly type: "request-authority" }
  | { readonly type: "write-issuer" }
  | { readonly type: "remove-issuer" }
  | { readonly type: "remove-certificate"; readonly of: string }
  | { readonly type: "deliver-helm-secret" }
  | { readonly type: "restart-helm-nginx" }
  | { readonly type: "remove-helm-secret" }
  | { readonly type: "configure-compose" }
  | { readonly type: "deliver-compose"; readonly activation: "reload" | "restart" | "start" }
  | { readonly type: "remove-compose-backups" }
  | { readonly type: "remove-files"; readonly index: number }
  | { readonly type: "remove-secret"; readonly index: number }
  | { readonly type: "remove-pair"; readonly of: string };

export type CertificateStep = Step<CertificateAction>;

/** What a step gets when it runs. */
export interface CertificateContext extends RunContext<HarborCertificateSpec, World> {
  /** Reads anew what there is: a step relies on no memory of the one before. */
  gather(): Promise<Gathered>;
}

export const idsOf = (steps: readonly CertificateStep[]): string[] => steps.map((s) => s.id);

export const day = 86_400_000;
