import { daysLeft, stateOf, type DueDate, type DueState } from "../../engine/due-date.ts";
import type { Proof } from "../../engine/kind.ts";
import type { ControllerMetrics } from "./metrics.ts";

const states: readonly DueState[] = ["ok", "due", "overdue", "unknown"];

/** What documents are like, as gauges: a bounded number for each document, however many projects it has. */
export class Gauges {
  readonly #metrics: ControllerMetrics;

  constructor(metrics: ControllerMetrics) {
    this.#metrics = metrics;
  }

  show(
    name: string,
    proofs: readonly Proof[],
    dates: readonly DueDate[] | undefined,
    now: Date,
    proved: boolean,
  ): void {
    const of = { document: name };
    const metrics = this.#metrics;
    const holding = proofs.filter((proof) => proof.ok).length;
    metrics.proofs.replace(of, [
      { labels: { result: "holds" }, value: holding },
      { labels: { result: "fails" }, value: proofs.length - holding },
    ]);
    if (proved) metrics.proved.set(of, Math.floor(now.getTime() / 1000));
    if (dates === undefined) return;
    const soonest = new Map<string, number>();
    const counts = new Map<DueState, number>();
    for (const date of dates) {
      const days = daysLeft(date, now);
      if (days !== undefined) soonest.set(date.type, Math.min(days, soonest.get(date.type) ?? Infinity));
      const state = stateOf(date, now);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    metrics.expiry.replace(
      of,
      [...soonest].map(([type, value]) => ({ labels: { type }, value })),
    );
    metrics.due.replace(
      of,
      states.map((state) => ({ labels: { state }, value: counts.get(state) ?? 0 })),
    );
  }

  /** Takes out what is told of a document that is gone. */
  forget(name: string): void {
    const of = { document: name };
    for (const metric of [
      this.#metrics.proofs,
      this.#metrics.proved,
      this.#metrics.expiry,
      this.#metrics.due,
      this.#metrics.ready,
    ])
      metric.replace(of, []);
  }
}
