import { isIP } from "node:net";
import type { Dial } from "../host/host.ts";
import { ask, type Answer, type NoAnswer } from "./ask.ts";
import { allSuites, suiteGroups, suites13, type SuiteGroup } from "./cipher-suites.ts";
import { fetchHead } from "./head.ts";
import { clientHello, wireVersions, type WireVersion } from "./hello.ts";
import { probeTls } from "./probe.ts";
import type { ServerFlight } from "./server-flight.ts";

export interface SurveyOptions {
  readonly host: string;
  readonly port: number;
  /** For SNI and the certificate's name; the host by default. */
  readonly serverName?: string;
  /** Only what the certificate and the default handshake tell: one connection, two at most. */
  readonly quick?: boolean;
  /** For each connection. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly dial?: Dial;
}

/** What a server offers, whether it is trusted or not. */
export interface TlsSurvey {
  readonly host: string;
  readonly port: number;
  /** Why nothing is known of it. */
  readonly failure?: NoAnswer;
  /** Versions that it agrees to; with `quick` the best one alone. */
  readonly versions: readonly WireVersion[];
  /** Groups of suites of which it accepts at least one in TLS 1.2 or older. Empty with `quick`. */
  readonly suites: readonly SuiteGroup[];
  /** PEM, in the order that was sent; whether it can be read is not looked at. */
  readonly chain: readonly string[];
  /** It asks clients for a certificate; `required` where it lets none in without. */
  readonly client: "not-asked" | "asked" | "required" | "unknown";
  /** An OCSP response came with the handshake. */
  readonly stapled: boolean;
  /** The value of Strict-Transport-Security; undefined where there is none, or with `quick`. */
  readonly hsts?: string;
  /** What plain HTTP answers at port 80: nothing, a redirect to HTTPS, or content. Undefined with `quick`. */
  readonly plainHttp?: "closed" | "redirects" | "open";
}

const olderVersions: readonly WireVersion[] = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"];

/**
 * Finds out what a TLS server offers by asking for one thing at a time; no handshake but one goes to its end.
 * Never throws for what the server does.
 */
export async function surveyTls(options: SurveyOptions): Promise<TlsSurvey> {
  const serverName = options.serverName ?? options.host;
  const send = (version: WireVersion, suites: readonly number[]): Promise<Answer> =>
    ask({
      ...options,
      hello: clientHello({
        version,
        suites,
        randomBytes: options.randomBytes,
        ...(isIP(serverName) === 0 && { serverName }),
      }),
    });
  // With 1.2 the chain comes in the clear, and nobody has to compute anything.
  const first = await send("TLSv1.2", allSuites);
  if ("failure" in first && !first.connected) return nothing(options, first.failure);
  const speaks12 = agreesTo(first, "TLSv1.2");
  // A server that only knows older versions shows its chain in the clear too.
  const inTheClear = "flight" in first && first.flight.version !== undefined ? first.flight : undefined;
  if (options.quick === true && speaks12 && inTheClear !== undefined) return fromFlight(options, inTheClear);
  const [answers, groups, modern, full, hsts, plainHttp] = await Promise.all([
    options.quick === true ? [] : Promise.all(olderVersions.slice(0, 3).map((v) => send(v, allSuites))),
    options.quick === true ? [] : acceptedGroups(send, first),
    send("TLSv1.3", suites13),
    inTheClear === undefined ? shakeHands(options, serverName) : undefined,
    options.quick === true ? undefined : hstsOf(options, serverName),
    options.quick === true ? undefined : plainHttpAt(options, serverName),
  ]);
  const older = olderVersions.filter((version, i) => {
    const answer = version === "TLSv1.2" ? first : answers[i];
    return answer !== undefined && agreesTo(answer, version);
  });
  const versions = [...older, ...(agreesTo(modern, "TLSv1.3") ? (["TLSv1.3"] as const) : [])];
  if (versions.length === 0) return nothing(options, "failure" in first ? first.failure : "closed");
  const base = inTheClear === undefined ? (full ?? blank(options)) : fromFlight(options, inTheClear);
  return {
    ...base,
    versions,
    suites: groups,
    client: await clientPolicy(options, serverName, base),
    ...(hsts !== undefined && { hsts }),
    ...(plainHttp !== undefined && { plainHttp }),
  };
}

const agreesTo = (answer: Answer, version: WireVersion): boolean =>
  "flight" in answer && answer.flight.version === wireVersions[version] && answer.flight.alert === undefined;

const blank = ({ host, port }: Pick<SurveyOptions, "host" | "port">): TlsSurvey => ({
  host,
  port,
  versions: [],
  suites: [],
  chain: [],
  client: "unknown",
  stapled: false,
});

const nothing = (options: SurveyOptions, failure: NoAnswer): TlsSurvey => ({ ...blank(options), failure });

function fromFlight(options: SurveyOptions, { chain, asksForClient, stapled }: ServerFlight): TlsSurvey {
  return {
    ...blank(options),
    versions: ["TLSv1.2"],
    chain: chain.map(pemOf),
    client: asksForClient ? "asked" : "not-asked",
    stapled,
  };
}

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}\n-----END CERTIFICATE-----\n`;

/** TLS 1.3 encrypts the chain, so a server that speaks nothing else is met with a whole handshake. */
async function shakeHands(options: SurveyOptions, serverName: string): Promise<TlsSurvey> {
  const seen = await probeTls({ ...options, serverName });
  return {
    ...blank(options),
    chain: seen.chainPem,
    client: seen.client === "required" ? "required" : "unknown",
  };
}

/** Each group is offered alone, in the newest version that is older than 1.3: the one that a server chose when asked for 1.2. */
async function acceptedGroups(
  send: (version: WireVersion, suites: readonly number[]) => Promise<Answer>,
  first: Answer,
): Promise<readonly SuiteGroup[]> {
  const version = olderVersions.find((each) => agreesTo(first, each)) ?? "TLSv1.0";
  const groups = Object.keys(suiteGroups) as SuiteGroup[];
  const answers = await Promise.all(groups.map((group) => send(version, suiteGroups[group])));
  return groups.filter((_, i) => {
    const answer = answers[i];
    return answer !== undefined && agreesTo(answer, version);
  });
}

/** Whether a client without a certificate is let in: only the whole way tells. */
async function clientPolicy(
  options: SurveyOptions,
  serverName: string,
  base: TlsSurvey,
): Promise<TlsSurvey["client"]> {
  if (options.quick === true || base.client === "required") return base.client;
  const { client } = await probeTls({ ...options, serverName });
  if (client === "required" || client === "refused") return "required";
  return base.client === "unknown" && client === "accepted" ? "not-asked" : base.client;
}

async function hstsOf(options: SurveyOptions, serverName: string): Promise<string | undefined> {
  const head = await fetchHead({ ...options, serverName }, "tls");
  return /^strict-transport-security:\s*(.{1,200}?)\s*$/im.exec(head ?? "")?.[1];
}

async function plainHttpAt(options: SurveyOptions, serverName: string): Promise<TlsSurvey["plainHttp"]> {
  const head = await fetchHead({ ...options, port: 80, serverName }, "tcp");
  if (head === undefined) return "closed";
  return /^HTTP\/1\.\d 30[1278][\s\S]*?\r\nlocation: *https:/i.test(head) ? "redirects" : "open";
}
