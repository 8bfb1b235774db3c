/** What a test may have the server do wrong. All of it is off until set. */
export class Faults {
  /** Ends every watch without a word after so many events, as kube-apiserver 1.20 does in a burst (facts on watches). */
  endWatchAfterEvents: number | undefined;
  /** Answers the next so many requests for resources with this status and a matching `Status` body. */
  refuseNext: { readonly code: 429 | 500 | 503 | 504; times: number } | undefined;
  /** Holds back every answer for so long, in milliseconds. */
  delayMilliseconds = 0;

  takeRefusal(): 429 | 500 | 503 | 504 | undefined {
    const refusal = this.refuseNext;
    if (refusal === undefined || refusal.times <= 0) return undefined;
    refusal.times -= 1;
    return refusal.code;
  }
}
