import { expect, test } from "vitest";
import { pullSecretMissing } from "../../../diagnosis/doctor/causes/pull-secret-missing.ts";
import type { Cause } from "../../../diagnosis/causes/cause.ts";
import type { Evidence } from "../../../diagnosis/doctor/evidence.ts";
import type { Examination } from "../../../diagnosis/doctor/examine.ts";
import type { Document } from "../../../model/document.ts";
import { mending } from "./fix.ts";

const documents = ["HarborRegistry", "ProjectBinding", "NodeTrust"].map((kind): Document => ({
  apiVersion: "moorline.io/v1alpha1",
  kind,
  metadata: { name: "main", labels: {}, annotations: {} },
  spec: {},
  source: { name: "x.yaml", line: 1, column: 1, directory: "/" },
}));
const evidence: Evidence = { probe: "p", subject: "s", outcome: "wrong", told: { en: "", zh: "" } };
const found = (...causes: readonly Cause[]): Examination => ({
  subject: "pod/demo/web",
  evidence: [evidence],
  diagnoses: causes.map((cause) => ({ cause, evidence: [evidence] })),
});

test("only documents of the kind that mends what was found are applied", () => {
  expect(mending([found(pullSecretMissing)], documents).map(({ kind }) => kind)).toEqual(["ProjectBinding"]);
});

test("what no document mends is left to a person", () => {
  const { mendedBy: _, ...byHand } = pullSecretMissing;
  expect(mending([found(byHand), found()], documents)).toEqual([]);
});
