import { z } from "zod";
import type { ApplyResult } from "../../engine/apply.ts";
import { describeError, type MoorlineError } from "../../model/errors.ts";
import { describeFinding, type Finding } from "../../model/finding.ts";
import { render } from "../../text/message.ts";
import { bundleAnnotation, workerName, type AgentPod } from "./objects.ts";

const problem = z.object({ code: z.string(), text: z.string().optional() });
const result = z.object({
  v: z.literal(1),
  bundle: z.string(),
  ok: z.boolean(),
  documents: z.array(
    z.object({
      name: z.string(),
      outcome: z.string(),
      /** Proofs that hold, and how many there are. */
      proved: z.number(),
      of: z.number(),
      problems: z.array(problem).optional(),
    }),
  ),
  /** Why nothing could be begun, or what came after the documents. */
  error: problem.optional(),
  /** Something was left out for its length. */
  cut: z.literal(true).optional(),
});

/** What an agent did on its node. Texts are English: whoever shows them has the codes. */
export type AgentResult = z.infer<typeof result>;

/** A termination message may have 4096 bytes; kubelets keep 12 KiB of a pod's together, and drop what is above. */
const longest = 4096;

export function problemOf(error: MoorlineError): z.infer<typeof problem> {
  return { code: error.code, text: describeError(error, "en").what };
}

/** Sums up what was applied. Pure. */
export function resultOf(
  bundle: string,
  applied: ApplyResult,
  findings: (document: string) => readonly Finding[],
): AgentResult {
  return {
    v: 1,
    bundle,
    ok: applied.ok,
    documents: applied.documents.map(({ name, outcome, proofs, failures }) => {
      const problems = [
        ...failures.map((f) => problemOf(f.error)),
        ...findings(name)
          .filter((f) => f.severity === "error")
          .map((f) => ({ code: f.code, text: describeFinding(f, "en") })),
        ...proofs.filter((p) => !p.ok).map((p) => ({ code: "UNPROVED", text: render(p.detail, "en") })),
      ];
      return {
        name,
        outcome,
        proved: proofs.filter((p) => p.ok).length,
        of: proofs.length,
        ...(problems.length > 0 && { problems }),
      };
    }),
  };
}

/** The result as a termination message: what does not fit loses its words first, then its documents, never its verdict. */
export function encodeResult(full: AgentResult): string {
  const bytes = (of: AgentResult): number => Buffer.byteLength(JSON.stringify(of));
  if (bytes(full) <= longest) return JSON.stringify(full);
  for (const words of [300, 80, 0]) {
    const shorter = withWords(full, words);
    if (bytes(shorter) <= longest) return JSON.stringify(shorter);
  }
  const bare = withWords(full, 0);
  // Those that failed are worth more than those that did not.
  const left = bare.documents.toSorted((a, b) => Number(isFine(a)) - Number(isFine(b)));
  while (left.length > 0 && bytes({ ...bare, documents: left }) > longest) left.pop();
  return JSON.stringify({ ...bare, documents: left });
}

const isFine = (d: AgentResult["documents"][number]): boolean =>
  d.problems === undefined && d.proved === d.of;

function withWords(full: AgentResult, words: number): AgentResult {
  const short = ({ code, text = "" }: z.infer<typeof problem>) =>
    words === 0 ? { code } : { code, text: text.slice(0, words) };
  return {
    ...full,
    cut: true,
    documents: full.documents.map(({ problems, ...d }) => ({
      ...d,
      ...(problems !== undefined && { problems: problems.slice(0, words === 0 ? 3 : 8).map(short) }),
    })),
    ...(full.error !== undefined && { error: short(full.error) }),
  };
}

/** Where one node stands. */
export interface NodeState {
  readonly node: string;
  /** `outdated`: its pod still carries out an older bundle; `working`: nothing is known of the newest yet. */
  readonly state: "proved" | "failed" | "working" | "outdated";
  /** When that was known. */
  readonly at?: string;
  readonly result?: AgentResult;
  /** Why there is no result, in the kubelet's words. */
  readonly reason?: string;
}

/**
 * Reads each node's result from the agent's pods: the termination message of their init container, of its last end
 * where it runs again. Pure.
 * @param bundle the hash of the newest bundle
 * @returns sorted by node; pods that no node has yet are left out
 */
export function readNodeStates(pods: readonly AgentPod[], bundle: string): readonly NodeState[] {
  return pods
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .flatMap((pod) => (pod.spec?.nodeName === undefined ? [] : [stateOf(pod, pod.spec.nodeName, bundle)]))
    .toSorted((a, b) => (a.node < b.node ? -1 : 1));
}

function stateOf(pod: AgentPod, node: string, bundle: string): NodeState {
  if (pod.metadata.annotations?.[bundleAnnotation] !== bundle) return { node, state: "outdated" };
  const status = pod.status?.initContainerStatuses?.find((s) => s.name === workerName);
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  if (ended === undefined) {
    const waiting = status?.state?.waiting;
    const words = [waiting?.reason, waiting?.message].filter((w) => w !== undefined).join(": ");
    // PodInitializing and ContainerCreating pass by themselves.
    const isStuck = waiting?.message !== undefined;
    return {
      node,
      state: isStuck ? "failed" : "working",
      ...(words !== "" && { reason: words.slice(0, 500) }),
    };
  }
  const parsed = parseResult(ended.message);
  const at = ended.finishedAt === undefined ? {} : { at: ended.finishedAt };
  const isProved = ended.exitCode === 0 && parsed?.ok === true;
  const reason = ended.message?.trim() === "" ? ended.reason : (ended.message ?? ended.reason);
  return {
    node,
    state: isProved ? "proved" : "failed",
    ...at,
    ...(parsed === undefined ? { reason: (reason ?? "").slice(0, 500) } : { result: parsed }),
  };
}

function parseResult(message: string | undefined): AgentResult | undefined {
  try {
    const parsed = result.safeParse(JSON.parse(message ?? ""));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // not ours: the kubelet's words, or the runtime's
  }
}

/** What of all nodes fits into a status: counts, and the first of those that are not done. */
export interface NodesSummary {
  readonly total: number;
  readonly proved: number;
  readonly failed: number;
  readonly pending: number;
  readonly unproved: readonly {
    readonly node: string;
    readonly state: string;
    readonly codes: readonly string[];
  }[];
}

/** Sums nodes up for the status of one document, or of all. Pure. */
export function summariseNodes(
  states: readonly NodeState[],
  { document, most = 20 }: { readonly document?: string; readonly most?: number } = {},
): NodesSummary {
  const judged = states.map((each) => ({ ...each, ...judge(each, document) }));
  const count = (...of: readonly NodeState["state"][]): number =>
    judged.filter((s) => of.includes(s.state)).length;
  return {
    total: states.length,
    proved: count("proved"),
    failed: count("failed"),
    pending: count("working", "outdated"),
    unproved: judged
      .filter((s) => s.state !== "proved")
      .toSorted((a, b) => Number(b.state === "failed") - Number(a.state === "failed"))
      .slice(0, most)
      .map(({ node, state, codes }) => ({ node, state, codes })),
  };
}

function judge(
  { state, result: of }: NodeState,
  document: string | undefined,
): { readonly state: NodeState["state"]; readonly codes: readonly string[] } {
  const own = of?.documents.filter((d) => document === undefined || d.name === document) ?? [];
  const codes = [
    ...own.flatMap((d) => d.problems?.map((p) => p.code) ?? []),
    ...(of?.error === undefined ? [] : [of.error.code]),
  ];
  // One document may be proved on a node on which another is not.
  const isProvedHere = document !== undefined && own.length > 0 && own.every((d) => isFine(d) && d.of > 0);
  return {
    state: state === "failed" && isProvedHere ? "proved" : state,
    codes: [...new Set(codes)].slice(0, 5),
  };
}
