import { errorTexts, type ErrorCode } from "../text/errors/catalogue.ts";
import { networkErrors } from "../text/errors/network.ts";
import type { Retry } from "../text/errors/table.ts";
import { fill, printable, type Parameters } from "../text/template.ts";
import type { Language } from "../text/language.ts";

export type { ErrorCode } from "../text/errors/catalogue.ts";

export interface ErrorDetails {
  /** The thing concerned, in words a user knows: `HarborRegistry/main`, `https://harbor.example.com`, `docs/a.yaml:3:5`. */
  readonly subject: string;
  /** What fills the placeholders of the error's text. Never a secret. */
  readonly parameters?: Parameters;
  readonly cause?: unknown;
  /** Overrides the table's answer, for instance when a server said how long to wait. */
  readonly retry?: Retry;
  /** Seconds that the other side asked to wait (Retry-After). */
  readonly retryAfterSeconds?: number;
}

/** The one error class: a stable code, the thing concerned, the cause, a remedy and whether to try again. */
export class MoorlineError extends Error {
  override readonly name = "MoorlineError";
  readonly code: ErrorCode;
  readonly subject: string;
  readonly parameters: Parameters;
  readonly retry: Retry;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, details: ErrorDetails) {
    const parameters = { ...details.parameters, subject: details.subject };
    super(fill(errorTexts[code].en.what, parameters, "en"), { cause: details.cause });
    this.code = code;
    this.subject = details.subject;
    this.parameters = parameters;
    this.retry = details.retry ?? errorTexts[code].retry;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Several errors found in one go, each worth telling. */
export class MoorlineErrors extends Error {
  override readonly name = "MoorlineErrors";
  readonly errors: readonly MoorlineError[];

  constructor(errors: readonly MoorlineError[]) {
    super(errors.map((e) => e.message).join("\n"));
    this.errors = errors;
  }
}

/** What an error says in one language: what happened and what to do now. */
export function describeError(error: MoorlineError, language: Language): { what: string; remedy: string } {
  const text = language === "zh-CN" ? errorTexts[error.code].zh : errorTexts[error.code].en;
  return {
    what: fill(text.what, error.parameters, language),
    remedy: fill(text.remedy, error.parameters, language),
  };
}

/**
 * Makes a MoorlineError of anything thrown; used once at each edge.
 * @param subject what was being done, for errors that carry no subject of their own
 */
export function fromUnknown(thrown: unknown, subject: string): MoorlineError {
  if (thrown instanceof MoorlineError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new MoorlineError("INTERNAL", { subject, parameters: { reason: printable(reason) }, cause: thrown });
}

/** Narrow test for one code, where a caller handles exactly that case. */
export function isError(thrown: unknown, ...codes: readonly ErrorCode[]): thrown is MoorlineError {
  return thrown instanceof MoorlineError && codes.includes(thrown.code);
}

/** Whether the way to a server failed: its name, TCP, TLS or HTTP. It may work in a moment, when the server has reloaded. */
export function isNetworkError(error: MoorlineError): boolean {
  return Object.hasOwn(networkErrors, error.code);
}
