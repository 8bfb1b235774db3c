import type { Step } from "../../engine/kind.ts";

export type CertificateAction =
  | { readonly type: "create-authority" }
  | { readonly type: "issue"; readonly of: string }
  | { readonly type: "issue-crl" }
  | { readonly type: "deliver-files"; readonly index: number }
  | { readonly type: "deliver-secret"; readonly index: number }
  | { readonly type: "remove-files"; readonly index: number }
  | { readonly type: "remove-secret"; readonly index: number }
  | { readonly type: "remove-pair"; readonly of: string };

export type CertificateStep = Step<CertificateAction>;

export const idsOf = (steps: readonly CertificateStep[]): string[] => steps.map((s) => s.id);

export const day = 86_400_000;
