import { concurrently } from "../../clients/concurrency.ts";
import type { Cause } from "../causes/cause.ts";
import type { Component } from "./component.ts";
import { Groups, type CauseGroup, type Example, type SeenChange } from "./group.ts";
import { Judge } from "./judge.ts";
import { parseLine } from "./parse.ts";
import { LineScanner, type FoundLine } from "./scan.ts";
import { triggerSearch } from "./signs.ts";

/** A stream of log bytes. */
export interface LogSource {
  /** What the report calls it. */
  readonly name: string;
  /** Who writes it, where that is known: it counts where a line does not tell. */
  readonly component?: Component | undefined;
  /** Gives chunks in order; each may be used again by its giver once the next is asked for. */
  read(signal: AbortSignal): AsyncIterable<Buffer>;
}

export interface AnalysisOptions {
  /** Milliseconds since 1970: for times without a year. */
  readonly now: number;
  /** Lines before this are left out; those without any time are kept. */
  readonly since?: number;
  readonly signal: AbortSignal;
  /** Sources read at a time; default 1. With more, lines of several are judged as they come. */
  readonly atOnce?: number;
  /** Called for each line with a cause, for `--follow`. */
  readonly onFinding?: (cause: Cause, line: Example) => void;
}

/** What logs tell. */
export interface Analysis {
  readonly sources: number;
  readonly bytes: number;
  readonly groups: readonly { readonly group: CauseGroup; readonly suspected?: SeenChange }[];
}

/**
 * Reads logs and groups their failures by cause.
 * A line without a time takes that of the last line with a cause before it in the same source.
 */
export async function analyseLogs(
  sources: readonly LogSource[],
  options: AnalysisOptions,
): Promise<Analysis> {
  const groups = new Groups();
  const judge = new Judge();
  let bytes = 0;
  const read = async (source: LogSource): Promise<void> => {
    const scanner = new LineScanner(triggerSearch, lineReader(source, judge, groups, options));
    for await (const chunk of source.read(options.signal)) {
      bytes += chunk.length;
      scanner.write(chunk);
    }
    scanner.end();
  };
  await concurrently(sources, options.atOnce ?? 1, read, options.signal);
  return {
    sources: sources.length,
    bytes,
    groups: groups.groups().map((group) => {
      const suspected = groups.suspected(group);
      return { group, ...(suspected !== undefined && { suspected }) };
    }),
  };
}

function lineReader(
  { name: source, component }: LogSource,
  judge: Judge,
  groups: Groups,
  { now, since, onFinding }: AnalysisOptions,
): (line: FoundLine) => void {
  let lastTime: number | undefined;
  return (line) => {
    const record = parseLine(line.text, now, component);
    const time = record.time ?? lastTime;
    lastTime = time;
    if (since !== undefined && time !== undefined && time < since) return;
    const verdict = judge.judge(record, line.found);
    if (verdict.kind === "normal") return;
    const example: Example = { source, offset: line.offset, text: line.text, time };
    if (verdict.kind === "change") return groups.addChange(verdict.change, example);
    groups.add(verdict.cause, example, record.component, verdict.subjects);
    onFinding?.(verdict.cause, example);
  };
}
