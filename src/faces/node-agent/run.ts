import { writeFile } from "node:fs/promises";
import type { OnEvent } from "../../engine/events.ts";
import type { Document } from "../../model/document.ts";
import { fromUnknown, MoorlineErrors } from "../../model/errors.ts";
import { carryOutOnThisNode } from "../../kinds/node-agent/carry-out.ts";
import { encodeResult, problemOf, type AgentResult } from "../../kinds/node-agent/result.ts";
import type { World } from "../../kinds/world.ts";

export interface AgentRun {
  readonly node: string;
  readonly bundle: string;
  readonly namespace: string;
  /** Where the kubelet reads the result from. */
  readonly terminationLog: string;
  readonly settleMs: number;
  readonly onEvent?: OnEvent;
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
}

/** What is opened for a run, and closed after it. */
export interface AgentSession extends AsyncDisposable {
  readonly documents: readonly Document[];
  readonly world: World;
}

/**
 * Does the node's work once and leaves the result in the termination message, whatever happens: who reads it sees nothing else.
 * @param open reads the documents and opens the world; what it throws is part of the result
 */
export async function runAgent(open: () => Promise<AgentSession>, run: AgentRun): Promise<AgentResult> {
  const { terminationLog, settleMs, ...options } = run;
  let result: AgentResult;
  try {
    await using session = await open();
    result = await carryOutOnThisNode(session.documents, session.world, { ...options, turn: { settleMs } });
  } catch (thrown) {
    const first = thrown instanceof MoorlineErrors ? thrown.errors[0] : thrown;
    const error = problemOf(fromUnknown(first, run.node));
    result = { v: 1, bundle: run.bundle, ok: false, documents: [], error };
  }
  await writeFile(terminationLog, encodeResult(result));
  return result;
}
