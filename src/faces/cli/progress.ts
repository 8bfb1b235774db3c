import { describeError } from "../../model/errors.ts";
import type { EngineEvent } from "../../engine/events.ts";
import type { ApplyResult } from "../../engine/apply.ts";
import type { Proof } from "../../engine/kind.ts";
import type { Verification } from "../../engine/verify.ts";
import { inLanguage, type Language } from "../../text/language.ts";
import { message, render } from "../../text/message.ts";
import { messageTexts } from "../../text/messages/catalogue.ts";
import type { Io } from "./command.ts";
import { painter } from "./paint.ts";

/** Shows what the engine does while it does it: one line a step, and a line in place while steps run. */
export class Progress {
  readonly #io: Io;
  readonly #language: Language;
  readonly #running = new Map<string, string>();
  #statusShown = false;

  constructor(io: Io, language: Language) {
    this.#io = io;
    this.#language = language;
  }

  readonly onEvent = (event: EngineEvent): void => {
    this.#clearStatus();
    this.#show(event);
    this.#drawStatus();
  };

  /** Ends the line in place. */
  close(): void {
    this.#clearStatus();
    this.#running.clear();
  }

  #show(event: EngineEvent): void {
    const paint = painter(this.#io.colours);
    const say = (line: string): void => this.#io.err(`${line}\n`);
    switch (event.type) {
      case "step-started":
        this.#running.set(`${event.document} ${event.step.id}`, event.step.target);
        return;
      case "step-done":
        this.#running.delete(`${event.document} ${event.step.id}`);
        say(
          `${paint.green("✓")} ${event.step.target}  ${paint.dim(render(event.step.title, this.#language))}`,
        );
        return;
      case "step-failed": {
        this.#running.delete(`${event.document} ${event.step.id}`);
        const { what, remedy } = describeError(event.error, this.#language);
        say(
          `${paint.red("✗")} ${event.step.target}  ${what}\n  ${remedy} ${paint.dim(`[${event.error.code}]`)}`,
        );
        return;
      }
      case "step-retrying": {
        const reason = describeError(event.error, this.#language).what;
        const seconds = Math.max(1, Math.round(event.delayMs / 1000));
        say(
          `${paint.yellow("…")} ${event.step.target}  ${render(message("cli.retrying", { seconds, reason }), this.#language)}`,
        );
        return;
      }
      case "replanned": {
        const reason = describeError(event.because, this.#language).what;
        say(
          `${paint.yellow("…")} ${event.document}  ${render(message("cli.replanned", { reason }), this.#language)}`,
        );
        return;
      }
      case "document-started":
      case "proved":
      case "document-done":
        return;
    }
  }

  #drawStatus(): void {
    if (!this.#io.interactive || this.#running.size === 0) return;
    const [first] = this.#running.values();
    const more = this.#running.size > 1 ? ` (+${this.#running.size - 1})` : "";
    this.#io.err(`⋯ ${(first ?? "").slice(0, Math.max(20, this.#io.width - 12))}${more}`);
    this.#statusShown = true;
  }

  #clearStatus(): void {
    if (!this.#statusShown) return;
    this.#io.err("\r\u001b[2K");
    this.#statusShown = false;
  }
}

/** What an apply ended with: per document how it went and what was proved. */
export function showResult(result: ApplyResult, io: Io, language: Language): string {
  const paint = painter(io.colours);
  const lines: string[] = [];
  for (const document of result.documents) {
    const good = document.outcome === "changed" || document.outcome === "unchanged";
    const words = inLanguage(messageTexts[`cli.outcome.${document.outcome}`], language);
    lines.push(`${paint.bold(document.name)}  ${good ? paint.green(words) : paint.red(words)}`);
    // A step's failure was shown when it happened; one without a step was not.
    for (const failure of document.failures.filter((f) => f.step === undefined)) {
      const { what, remedy } = describeError(failure.error, language);
      lines.push(`  ${paint.red("✗")} ${what}`, `    ${remedy} ${paint.dim(`[${failure.error.code}]`)}`);
    }
    lines.push(...document.proofs.map((p) => showProof(p, io, language)));
  }
  const proofs = result.documents.flatMap((d) => d.proofs);
  lines.push(
    render(
      message("cli.applySummary", {
        steps: result.documents.reduce((sum, d) => sum + d.stepsDone, 0),
        proofs: proofs.filter((p) => p.ok).length,
        failed: proofs.filter((p) => !p.ok).length,
      }),
      language,
    ),
  );
  return `${lines.join("\n")}\n`;
}

export function showVerifications(
  verifications: readonly Verification[],
  io: Io,
  language: Language,
): string {
  const paint = painter(io.colours);
  return verifications
    .flatMap((v) => {
      const lines = [paint.bold(v.name), ...v.proofs.map((p) => showProof(p, io, language))];
      if (v.error !== undefined) {
        const { what, remedy } = describeError(v.error, language);
        lines.push(`  ${paint.red("✗")} ${what}`, `    ${remedy} ${paint.dim(`[${v.error.code}]`)}`);
      }
      return lines;
    })
    .map((line) => `${line}\n`)
    .join("");
}

function showProof(proof: Proof, io: Io, language: Language): string {
  const paint = painter(io.colours);
  const sign = proof.ok ? paint.green("✓") : paint.red("✗");
  return `  ${sign} ${render(proof.title, language)}  ${proof.subject}\n      ${paint.dim(render(proof.detail, language))}`;
}
