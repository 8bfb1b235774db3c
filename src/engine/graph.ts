import { MoorlineError } from "../model/errors.ts";
import type { Step } from "./kind.ts";

/**
 * Checks that steps form a graph without circles: ids unique, every `after` there.
 * @throws MoorlineError STEP_GRAPH_BROKEN
 */
export function checkGraph(document: string, steps: readonly Step[]): void {
  const broken = (reason: string): MoorlineError =>
    new MoorlineError("STEP_GRAPH_BROKEN", { subject: document, parameters: { reason } });
  const ids = new Set<string>();
  for (const step of steps) {
    if (ids.has(step.id)) throw broken(`${step.id} stands twice`);
    ids.add(step.id);
  }
  for (const step of steps)
    for (const id of step.after)
      if (!ids.has(id)) throw broken(`${step.id} comes after ${id}, which is not there`);
  const graph = new StepGraph(steps);
  let count = 0;
  for (let ready = graph.takeReady(); ready.length > 0; ready = graph.takeReady())
    for (const step of ready) {
      graph.finish(step.id);
      count++;
    }
  if (count < steps.length) throw broken("some steps wait for each other");
}

/** Which steps can start, kept in time linear in steps and edges (Kahn 1962). */
export class StepGraph {
  readonly #steps: ReadonlyMap<string, Step>;
  readonly #waiting = new Map<string, number>();
  readonly #followers = new Map<string, string[]>();
  #ready: Step[] = [];

  constructor(steps: readonly Step[]) {
    this.#steps = new Map(steps.map((s) => [s.id, s]));
    for (const step of steps) {
      const after = new Set(step.after);
      if (after.size === 0) this.#ready.push(step);
      else this.#waiting.set(step.id, after.size);
      for (const id of after) {
        const followers = this.#followers.get(id);
        if (followers === undefined) this.#followers.set(id, [step.id]);
        else followers.push(step.id);
      }
    }
  }

  /** The steps that have become ready since the last call, in the order in which they were planned. */
  takeReady(): readonly Step[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Marks a step as done; those that waited only for it become ready. */
  finish(id: string): void {
    for (const follower of this.#followers.get(id) ?? []) {
      const left = (this.#waiting.get(follower) ?? 1) - 1;
      this.#waiting.set(follower, left);
      const step = this.#steps.get(follower);
      if (left === 0 && step !== undefined) this.#ready.push(step);
    }
  }
}
