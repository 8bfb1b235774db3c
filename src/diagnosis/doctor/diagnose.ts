import { analyseLogs } from "../logs/analysis.ts";
import { causes } from "../causes/catalogue.ts";
import type { Cause } from "../causes/cause.ts";
import { notEstablished } from "../causes/not-established.ts";
import { pullFailed } from "../causes/pull-failed.ts";
import { pullRefused } from "../causes/pull-refused.ts";
import { secretKeyWithoutScheme } from "../causes/secret-key-without-scheme.ts";
import type { Evidence } from "./evidence.ts";
import { liveCauses, liveWarnings } from "./causes/catalogue.ts";

/** A cause with what shows it. */
export interface Diagnosis {
  readonly cause: Cause;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  /** The named cause that this one follows from, where it does: mend that one first. */
  readonly follows?: Cause;
}

/** The more telling before the less. What only Kubernetes can tell comes first: it explains the 401 that follows. */
const ranked: readonly Cause[] = [
  ...liveCauses,
  ...causes.filter((cause) => cause !== secretKeyWithoutScheme),
  ...liveWarnings,
  // It turns KubeSphere's Validate button red and stops no pull.
  secretKeyWithoutScheme,
];
/** What says that a pull failed and not why: named only where nothing better is. */
const vague: ReadonlySet<Cause> = new Set([pullRefused, pullFailed, notEstablished]);

/**
 * Names the causes that the evidence of one thing shows, the most telling first. What is wrong and fits no cause is
 * "not established"; what could not be asked is no cause.
 * @param now milliseconds since 1970
 */
export async function diagnose(
  evidence: readonly Evidence[],
  now: number,
  signal: AbortSignal,
): Promise<readonly Diagnosis[]> {
  const byCause = new Map<Cause, [Evidence, ...Evidence[]]>();
  for (const each of evidence) {
    if (each.outcome !== "wrong") continue;
    const cause = await causeOf(each, now, signal);
    const known = byCause.get(cause);
    if (known === undefined) byCause.set(cause, [each]);
    else known.push(each);
  }
  const named = ranked.flatMap((cause) => {
    const found = byCause.get(cause);
    return found === undefined ? [] : [{ cause, evidence: found }];
  });
  const answers = named.filter(
    ({ cause }) => cause.severity === "error" && !vague.has(cause) && cause !== secretKeyWithoutScheme,
  );
  if (answers.length === 0) return rooted(named.filter(isNotOutdone));
  // Whoever was refused was let in: what says why nobody comes in, or what waits behind, leaves that open.
  const isOpen = !answers.some(({ cause }) => cause.explains?.includes(pullRefused.code));
  return rooted(named.filter(({ cause }) => !vague.has(cause) || (isOpen && cause === pullRefused)));
}

/** Each root before what it explains. Of causes that explain each other the more telling is the root. */
function rooted(named: readonly Diagnosis[]): readonly Diagnosis[] {
  const rootOf = new Map<Cause, Cause>();
  for (const { cause } of named) {
    // What follows from something explains nothing itself, so that no circle can come about.
    if (rootOf.has(cause)) continue;
    for (const other of named)
      if (other.cause !== cause && !rootOf.has(other.cause) && cause.explains?.includes(other.cause.code))
        rootOf.set(other.cause, cause);
  }
  const withThose = (d: Diagnosis): readonly Diagnosis[] => [
    d,
    ...named
      .filter(({ cause }) => rootOf.get(cause) === d.cause)
      .flatMap((below) => withThose({ ...below, follows: d.cause })),
  ];
  return named.filter(({ cause }) => !rootOf.has(cause)).flatMap(withThose);
}

/** Of the vague ones the first alone says enough. */
const isNotOutdone = ({ cause }: Diagnosis, _: number, all: readonly Diagnosis[]): boolean =>
  !vague.has(cause) || all.find((d) => vague.has(d.cause))?.cause === cause;

async function causeOf({ sign, message }: Evidence, now: number, signal: AbortSignal): Promise<Cause> {
  const signed = sign === undefined ? undefined : ranked.find((cause) => cause.live?.includes(sign));
  if (signed !== undefined) return signed;
  const told = message === undefined ? [] : await causesIn(message, now, signal);
  return told.find((cause) => !vague.has(cause)) ?? told[0] ?? notEstablished;
}

/** Reads a message as the log reader reads an event: by the same signs, within the same bounds. */
async function causesIn(message: string, now: number, signal: AbortSignal): Promise<readonly Cause[]> {
  const event = { kind: "Event", type: "Warning", reason: "Failed", message };
  const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
  const read = async function* (): AsyncGenerator<Buffer> {
    yield bytes;
  };
  const { groups } = await analyseLogs([{ name: "evidence", component: "event", read }], { now, signal });
  return groups.map(({ group }) => group.cause);
}
