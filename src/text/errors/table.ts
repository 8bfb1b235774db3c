/**
 * When trying again makes sense: `never`, the user must act first; `later`, after a back-off (429, 5xx, time-outs);
 * `now`, at once on fresh state (conflicts).
 */
export type Retry = "never" | "later" | "now";

/** One error in both languages: what happened (and why), and what to do now. */
export interface ErrorText {
  readonly retry: Retry;
  readonly en: { readonly what: string; readonly remedy: string };
  readonly zh: { readonly what: string; readonly remedy: string };
}

export type ErrorTable = Readonly<Record<string, ErrorText>>;
