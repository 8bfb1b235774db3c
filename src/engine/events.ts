import type { MoorlineError } from "../model/errors.ts";
import type { Proof, Step } from "./kind.ts";

/** What happens while a plan is carried out, for faces to show. Never holds a secret. */
export type EngineEvent =
  | { readonly type: "document-started"; readonly document: string; readonly steps: number }
  | { readonly type: "step-started"; readonly document: string; readonly step: Step }
  | {
      readonly type: "step-retrying";
      readonly document: string;
      readonly step: Step;
      readonly error: MoorlineError;
      readonly delayMs: number;
    }
  | { readonly type: "step-done"; readonly document: string; readonly step: Step }
  | {
      readonly type: "step-failed";
      readonly document: string;
      readonly step: Step;
      readonly error: MoorlineError;
    }
  | { readonly type: "replanned"; readonly document: string; readonly because: MoorlineError }
  | { readonly type: "proved"; readonly document: string; readonly proof: Proof }
  | { readonly type: "document-done"; readonly document: string; readonly outcome: Outcome };

/** How it ended for one document. */
export type Outcome = "unchanged" | "changed" | "unproved" | "failed" | "skipped" | "stopped";

export type OnEvent = (event: EngineEvent) => void;
