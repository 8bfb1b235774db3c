import type { HarborClient } from "../../../clients/harbor/client.ts";
import type { CveAllowlist } from "../../../clients/harbor/schemas.ts";
import { fromUnknown, isError } from "../../../model/errors.ts";
import { severities, type ScanAnswer, type Severity } from "./report.ts";
import type { Fetched } from "./scan-cache.ts";
import type { ScanQuestion } from "./validate.ts";

/** Names of CVEs that a refusal tells, of each severity. */
const mostExamples = 3;

const waiting = new Set(["Running", "Pending", "Scheduled"]);

/**
 * Asks Harbor what its scanner found in an image, and leaves out what the allowlist exempts.
 * @param now milliseconds since 1970
 * @returns a failure as an answer, with its code
 */
export async function fetchReport(
  harbor: HarborClient,
  question: ScanQuestion,
  now: number,
  signal: AbortSignal,
): Promise<Fetched> {
  try {
    return await read(harbor, question, now, signal);
  } catch (thrown) {
    const { code } = fromUnknown(thrown, question.repository);
    const late = code === "NETWORK_TIMEOUT" || signal.aborted;
    return {
      answer: late ? { kind: "unknown", reason: "late" } : { kind: "unknown", reason: "failed", code },
    };
  }
}

async function read(
  harbor: HarborClient,
  { harborProject, repository, reference, honourAllowlist }: ScanQuestion,
  now: number,
  signal: AbortSignal,
): Promise<Fetched> {
  const [summary, allowlist] = await Promise.all([
    harbor.scans.summary(harborProject, repository, reference, signal),
    honourAllowlist ? allowlistOf(harbor, harborProject, now, signal) : undefined,
  ]);
  const unscanned = unscannedStatus(summary === undefined ? "absent" : summary.status);
  if (summary === undefined || unscanned !== undefined) {
    return { answer: { kind: "unscanned", status: unscanned ?? "absent" } };
  }
  const counts = countsOf(Object.entries(summary.counts));
  const bad = Object.values(counts).some((count) => count > 0);
  if (!bad || allowlist === undefined) return { answer: { kind: "scanned", counts, examples: {} } };
  const all = await harbor.scans.vulnerabilities(harborProject, repository, summary.digest, signal);
  // Nothing is exempt that can not be told by its name.
  if (all === undefined) return { answer: { kind: "scanned", counts, examples: {} } };
  const exempt = new Set(allowlist.ids);
  const left = new Map(all.filter(({ id }) => !exempt.has(id)).map((v) => [`${v.id} ${v.severity}`, v]));
  const answer = reportOf([...left.values()]);
  return allowlist.until === undefined ? { answer } : { answer, until: allowlist.until };
}

function unscannedStatus(
  status: string | undefined,
): Extract<ScanAnswer, { kind: "unscanned" }>["status"] | undefined {
  if (status === "Success") return undefined;
  if (status === undefined) return "never";
  if (status === "absent") return "absent";
  return waiting.has(status) ? "underWay" : "failed";
}

interface Exemptions {
  readonly ids: readonly string[];
  /** Milliseconds since 1970. */
  readonly until: number | undefined;
}

/** What the project exempts now; undefined for nothing. */
async function allowlistOf(
  harbor: HarborClient,
  name: string,
  now: number,
  signal: AbortSignal,
): Promise<Exemptions | undefined> {
  const project = await harbor.projects.getByName(name, signal);
  if (project === undefined) return undefined;
  // Harbor's default is the system's list (facts/harbor.md §1.4).
  const ofSystem = project.metadata["reuse_sys_cve_allowlist"] !== "false";
  const list = (ofSystem ? await systemAllowlist(harbor, signal) : project.cve_allowlist) ?? undefined;
  const ends = list?.expires_at ?? undefined;
  const until = ends === undefined ? undefined : ends * 1000;
  if (list === undefined || list.items.length === 0 || (until !== undefined && until <= now))
    return undefined;
  return { ids: list.items.map((item) => item.cve_id), until };
}

/** Whoever may not read the list gets no exemptions from it: the stricter reading. */
async function systemAllowlist(harbor: HarborClient, signal: AbortSignal): Promise<CveAllowlist | undefined> {
  try {
    return await harbor.scans.systemAllowlist(signal);
  } catch (thrown) {
    if (isError(thrown, "HARBOR_FORBIDDEN")) return undefined;
    throw thrown;
  }
}

const severityOf = (word: string): Severity => {
  const lower = word.toLowerCase();
  return severities.find((each) => each === lower) ?? "unknown";
};

function countsOf(pairs: readonly (readonly [string, number])[]): Partial<Record<Severity, number>> {
  const counts: Partial<Record<Severity, number>> = {};
  for (const [word, count] of pairs) {
    const severity = severityOf(word);
    counts[severity] = (counts[severity] ?? 0) + count;
  }
  return counts;
}

function reportOf(all: readonly { readonly id: string; readonly severity: string }[]): ScanAnswer {
  const examples: Partial<Record<Severity, string[]>> = {};
  for (const { id, severity } of all) {
    const list = (examples[severityOf(severity)] ??= []);
    if (list.length < mostExamples) list.push(id);
  }
  return { kind: "scanned", counts: countsOf(all.map((v) => [v.severity, 1])), examples };
}
