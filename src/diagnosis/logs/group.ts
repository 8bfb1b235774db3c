import type { Cause } from "../causes/cause.ts";
import type { Change } from "./changes.ts";
import type { Component } from "./component.ts";
import type { Subjects } from "./subjects.ts";
import { Timeline } from "./timeline.ts";

/** A line as an example of its cause. */
export interface Example {
  readonly source: string;
  /** Bytes before the line in its source. */
  readonly offset: number;
  readonly time?: number | undefined;
  /** At most 500 characters of it. */
  readonly text: string;
}

/** Everything seen of one cause. Times are milliseconds since 1970. */
export interface CauseGroup {
  readonly cause: Cause;
  readonly count: number;
  readonly first?: number;
  readonly last?: number;
  readonly components: ReadonlyMap<Component, number>;
  /** Of each kind of subject the counts by value, at most `mostSubjects` values. */
  readonly subjects: ReadonlyMap<keyof Subjects, ReadonlyMap<string, number>>;
  readonly timeline: Timeline;
  readonly examples: readonly Example[];
}

export interface SeenChange extends Example {
  readonly change: Change;
}

const mostExamples = 5;
const mostSubjects = 200;
const mostChanges = 1000;

const counted = ["image", "host", "robot", "client", "pod"] as const satisfies readonly (keyof Subjects)[];

/** A string cut from a line keeps the whole line in memory; a copy does not. */
const copied = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");
const begin = (text: string): string => copied(text.slice(0, 500));

class Group implements CauseGroup {
  readonly cause: Cause;
  count = 0;
  first?: number;
  last?: number;
  readonly components = new Map<Component, number>();
  readonly subjects = new Map<keyof Subjects, Map<string, number>>();
  readonly timeline = new Timeline();
  readonly examples: Example[] = [];

  constructor(cause: Cause) {
    this.cause = cause;
  }

  add({ source, offset, time, text }: Example, component: Component, subjects: Subjects): void {
    this.count++;
    this.components.set(component, (this.components.get(component) ?? 0) + 1);
    if (time !== undefined) {
      this.first = Math.min(this.first ?? time, time);
      this.last = Math.max(this.last ?? time, time);
      this.timeline.add(time);
    }
    for (const kind of counted) {
      const value = subjects[kind];
      if (value !== undefined) this.#count(kind, value);
    }
    if (this.examples.length < mostExamples)
      this.examples.push({ source, offset, ...(time !== undefined && { time }), text: begin(text) });
  }

  #count(kind: keyof Subjects, value: string): void {
    let counts = this.subjects.get(kind);
    if (counts === undefined) this.subjects.set(kind, (counts = new Map<string, number>()));
    const count = counts.get(value);
    if (count !== undefined) counts.set(value, count + 1);
    else if (counts.size < mostSubjects) counts.set(copied(value), 1);
  }
}

/** Counts lines by their cause; what it holds does not grow with the number of lines. */
export class Groups {
  readonly #groups = new Map<Cause, Group>();
  readonly #changes: SeenChange[] = [];

  /** @param line told of it, by a component, about some things */
  add(cause: Cause, line: Example, component: Component, subjects: Subjects): void {
    let group = this.#groups.get(cause);
    if (group === undefined) this.#groups.set(cause, (group = new Group(cause)));
    group.add(line, component, subjects);
  }

  addChange(change: Change, { source, offset, time, text }: Example): void {
    if (this.#changes.length >= mostChanges) return;
    this.#changes.push({
      change,
      source,
      offset,
      ...(time !== undefined && { time }),
      text: begin(text),
    });
  }

  /**
   * The worst first: errors before warnings before notes, and the frequent before the rare. What
   * explains others stands before them however often they are told: one broken file, and a line for each pull.
   */
  groups(): readonly CauseGroup[] {
    const order = { error: 0, warning: 1, note: 2 };
    const sorted: readonly CauseGroup[] = [...this.#groups.values()].sort(
      (a, b) =>
        order[a.cause.severity] - order[b.cause.severity] ||
        b.count - a.count ||
        a.cause.code.localeCompare(b.cause.code),
    );
    return rootsFirst(sorted);
  }

  /** What was changed last before a group's first line, at most ten minutes before. */
  suspected({ first }: CauseGroup): SeenChange | undefined {
    if (first === undefined) return undefined;
    return this.#changes
      .filter(({ time }) => time !== undefined && time <= first && first - time <= 600_000)
      .sort((a, b) => (b.time ?? 0) - (a.time ?? 0))[0];
  }
}

/** Moves what explains others of its severity before the first of them. Of what explains each other nothing moves. */
function rootsFirst(sorted: readonly CauseGroup[]): readonly CauseGroup[] {
  const placed: CauseGroup[] = [];
  for (const group of sorted) {
    const isBelow = ({ cause }: CauseGroup): boolean =>
      cause.severity === group.cause.severity &&
      explains(group.cause, cause) &&
      !explains(cause, group.cause);
    const first = placed.findIndex(isBelow);
    placed.splice(first < 0 ? placed.length : first, 0, group);
  }
  return placed;
}

const explains = (cause: Cause, other: Cause): boolean => cause.explains?.includes(other.code) ?? false;
