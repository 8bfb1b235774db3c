import { concurrently } from "../../concurrency.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { serverName, type DnsServer } from "../../dns/exchange.ts";
import { ask, textsOf, type Asking } from "../../dns/query.ts";
import type { TsigKey } from "../../dns/tsig.ts";
import { updateText, type TextRecord, type UpdateContext } from "../../dns/update.ts";
import { findZone, followAlias, zoneServers } from "../../dns/zone.ts";
import { dnsValue } from "../jws.ts";
import type { ChallengeAnswer, Solver } from "../solver.ts";
import { pause, type Waiting } from "../waiting.ts";

export interface DnsUpdateOptions {
  readonly server: DnsServer;
  readonly key?: TsigKey;
  /** Found by asking the server where it is not given. */
  readonly zone?: string;
  readonly followAlias: boolean;
  /** Servers that must show the record; those of the zone's NS records where not given. */
  readonly visibleAt?: readonly DnsServer[];
  /** How long they may take, in milliseconds. */
  readonly visibleWithinMs: number;
  readonly time: Waiting;
  randomBytes(length: number): Uint8Array;
}

/** Short: a record that is taken back should be forgotten soon. */
const ttl = 60;
const longestPauseMs = 5000;

interface Target {
  readonly zone: string;
  readonly record: TextRecord;
}

/** Answers dns-01 challenges by dynamic updates (RFC 2136) of the zone's primary server. */
export function dnsUpdateSolver(options: DnsUpdateOptions): Solver {
  const targets = new Map<string, Promise<Target>>();
  const asking = (signal: AbortSignal): Asking => ({ randomBytes: (n) => options.randomBytes(n), signal });
  const context = (zone: string, signal: AbortSignal): UpdateContext => ({
    ...asking(signal),
    server: options.server,
    zone,
    ...(options.key !== undefined && { key: options.key }),
    now: () => options.time.now(),
  });
  const targetOf = (answer: ChallengeAnswer, signal: AbortSignal): Promise<Target> => {
    const known = targets.get(answer.keyAuthorization);
    if (known !== undefined) return known;
    const found = findTarget(options, answer, asking(signal));
    targets.set(answer.keyAuthorization, found);
    // What failed once may succeed when it is cleaned up.
    found.catch(() => targets.delete(answer.keyAuthorization));
    return found;
  };
  return {
    type: "dns-01",
    present: async (answer, signal) => {
      const { zone, record } = await targetOf(answer, signal);
      await updateText(context(zone, signal), "add", record);
    },
    settle: async (answers, signal) => {
      for (const answer of answers) {
        const { zone, record } = await targetOf(answer, signal);
        await untilSeen(options, zone, record, asking(signal));
      }
    },
    cleanUp: async (answer, signal) => {
      const { zone, record } = await targetOf(answer, signal);
      await updateText(context(zone, signal), "remove", record);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function findTarget(
  { server, zone, followAlias: follow }: DnsUpdateOptions,
  { identifier, keyAuthorization }: ChallengeAnswer,
  asking: Asking,
): Promise<Target> {
  const usual = `_acme-challenge.${identifier}`;
  const name = follow ? await followAlias(server, usual, asking) : usual;
  const record = { name, text: dnsValue(keyAuthorization), ttl };
  return { zone: zone ?? (await findZone(server, name, asking)), record };
}

/** Asks every server until all of them show the record. @throws DNS_RECORD_NOT_SEEN */
async function untilSeen(
  { server, visibleAt, visibleWithinMs, time }: DnsUpdateOptions,
  zone: string,
  { name, text }: TextRecord,
  asking: Asking,
): Promise<void> {
  const listed = visibleAt ?? (await zoneServers(server, zone, asking));
  let left: readonly DnsServer[] = listed.length === 0 ? [server] : listed;
  for (let attempt = 0, slept = 0; ; attempt++) {
    const shown = await concurrently(left, 8, async (each) => shows(each, name, text, asking), asking.signal);
    left = left.filter((_, i) => shown[i] !== true);
    if (left.length === 0) return;
    const delay = pause(attempt, time.fraction(), longestPauseMs);
    if (slept + delay > visibleWithinMs)
      throw new MoorlineError("DNS_RECORD_NOT_SEEN", {
        subject: left.map(serverName).join(", "),
        parameters: { name, seconds: Math.round(visibleWithinMs / 1000) },
      });
    await time.sleep(delay, asking.signal);
    slept += delay;
  }
}

async function shows(server: DnsServer, name: string, text: string, asking: Asking): Promise<boolean> {
  try {
    return textsOf(await ask(server, name, "TXT", asking)).includes(text);
  } catch (thrown) {
    // One that is down now may be up at the next look; in the end it is named.
    if (thrown instanceof MoorlineError && thrown.code === "DNS_UNREACHABLE") return false;
    throw thrown;
  }
}
