import { isIP } from "node:net";
import type { SuiteGroup } from "../../clients/tls/cipher-suites.ts";
import type { TlsSurvey } from "../../clients/tls/survey.ts";
import { isError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/finding.ts";
import type { CertificateDescription } from "../../pki/inspect.ts";
import { verifyChain, type Verdict, type VerifyOptions } from "../../pki/verify.ts";
import type { Bilingual } from "../../text/language.ts";

/** `A`: nothing to mend. `B`: notes. `C`: one or two weaknesses, `D`: more. `F`: clients refuse it, or it protects nothing. */
export type Grade = "A" | "B" | "C" | "D" | "F";

/** How a server stands, with reasons. */
export interface Posture {
  readonly survey: TlsSurvey;
  readonly grade: Grade;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Leaf first, as far as it could be followed. */
  readonly chain: readonly CertificateDescription[];
}

export interface PostureOptions {
  /** Under which name clients come; the survey's host by default. */
  readonly name?: string;
  /** The authorities that are trusted, as PEM or read already. */
  readonly trusted: VerifyOptions["trustedPem"];
  readonly now: Date;
}

const day = 86_400_000;

/** Judges what a survey found. Pure. */
export function judgeTls(survey: TlsSurvey, { name, trusted, now }: PostureOptions): Posture {
  const subject = `${survey.host}:${survey.port}`;
  if (survey.failure !== undefined)
    return {
      survey,
      grade: "F",
      chain: [],
      findings: [finding("TLS_UNREACHABLE", subject, { reason: reasons[survey.failure] })],
    };
  const verdict = judgeChain(survey, name ?? survey.host, trusted, now);
  const findings = [
    ...(verdict === undefined ? [finding("TLS_CHAIN_UNREADABLE", subject)] : verdict.findings),
    ...endsSoon(subject, verdict, now),
    ...versionFindings(survey, subject),
    ...suiteFindings(survey, subject),
    ...webFindings(survey, subject),
  ];
  const order = { error: 0, warning: 1, note: 2 };
  findings.sort((a, b) => order[a.severity] - order[b.severity]);
  return { survey, grade: gradeOf(findings), findings, chain: verdict?.chain ?? [] };
}

const reasons: Readonly<Record<NonNullable<TlsSurvey["failure"]>, Bilingual>> = {
  refused: { en: "nothing listens there", zh: "没有服务监听" },
  timeout: { en: "no answer in time", zh: "应答超时" },
  unresolved: { en: "the name does not resolve", zh: "主机名无法解析" },
  closed: { en: "it closes the connection without a handshake", zh: "未握手即关闭连接" },
  "not-tls": { en: "it does not speak TLS at that port", zh: "该端口不是 TLS 服务" },
  unreachable: { en: "there is no way to it", zh: "无法到达" },
};

function judgeChain(
  { chain }: TlsSurvey,
  name: string,
  trustedPem: VerifyOptions["trustedPem"],
  now: Date,
): Verdict | undefined {
  if (chain.length === 0) return undefined;
  try {
    const names = isIP(name) === 0 ? { hostname: name } : { ipAddress: name };
    return verifyChain({ chainPem: chain.join(""), trustedPem, purpose: "server", ...names, now });
  } catch (thrown) {
    // What a server sends may be anything; that it can not be read is the finding.
    if (
      isError(thrown, "PKI_CERTIFICATE_UNREADABLE", "PKI_CERTIFICATE_MISSING", "PKI_NOT_PEM", "PKI_TOO_LARGE")
    )
      return undefined;
    throw thrown;
  }
}

/** Two weeks, or the last sixth of a shorter life. */
function endsSoon(subject: string, verdict: Verdict | undefined, now: Date): readonly Finding[] {
  const leaf = verdict?.chain[0];
  if (leaf === undefined) return [];
  const left = leaf.notAfter.getTime() - now.getTime();
  const life = leaf.notAfter.getTime() - leaf.notBefore.getTime();
  if (left <= 0 || left > Math.min(14 * day, life / 6)) return [];
  return [
    finding("TLS_CERTIFICATE_ENDS_SOON", subject, {
      notAfter: leaf.notAfter.toISOString(),
      days: Math.floor(left / day),
    }),
  ];
}

function versionFindings({ versions }: TlsSurvey, subject: string): readonly Finding[] {
  const old = versions.filter((v) => v === "TLSv1.0" || v === "TLSv1.1");
  const isModern = versions.includes("TLSv1.2") || versions.includes("TLSv1.3");
  return [
    ...(versions.includes("SSLv3") ? [finding("TLS_VERSION_BROKEN", subject)] : []),
    ...(isModern ? [] : [finding("TLS_VERSION_MODERN_MISSING", subject)]),
    ...(old.length === 0 ? [] : [finding("TLS_VERSION_OLD", subject, { versions: old.join(", ") })]),
  ];
}

const broken: readonly SuiteGroup[] = ["null", "anonymous", "export", "rc4"];
const weak: readonly SuiteGroup[] = ["tripleDes"];
const aging: readonly SuiteGroup[] = ["withoutForwardSecrecy", "cbc"];
const groupNames: Readonly<Record<SuiteGroup, string>> = {
  null: "NULL",
  anonymous: "anonymous (aNULL)",
  export: "EXPORT/DES",
  rc4: "RC4",
  tripleDes: "3DES",
  withoutForwardSecrecy: "RSA key exchange",
  cbc: "CBC",
  strong: "AEAD",
};

function suiteFindings({ suites, versions }: TlsSurvey, subject: string): readonly Finding[] {
  const among = (groups: readonly SuiteGroup[]): string =>
    suites
      .filter((s) => groups.includes(s))
      .map((s) => groupNames[s])
      .join(", ");
  const told = (
    code: "TLS_SUITES_BROKEN" | "TLS_SUITES_WEAK" | "TLS_SUITES_AGING",
    names: string,
  ): Finding[] => (names === "" ? [] : [finding(code, subject, { suites: names })]);
  const lacksStrong = suites.length > 0 && !suites.includes("strong") && !versions.includes("TLSv1.3");
  return [
    ...told("TLS_SUITES_BROKEN", among(broken)),
    ...told("TLS_SUITES_WEAK", among(weak)),
    ...told("TLS_SUITES_AGING", among(aging)),
    ...(lacksStrong ? [finding("TLS_SUITES_STRONG_MISSING", subject)] : []),
  ];
}

/** What only the whole survey knows. */
function webFindings({ hsts, plainHttp, versions }: TlsSurvey, subject: string): readonly Finding[] {
  if (plainHttp === undefined) return [];
  const seconds = Number(/max-age="?(\d{1,12})/i.exec(hsts ?? "")?.[1] ?? 0);
  const days = Math.floor(seconds / 86_400);
  return [
    ...(versions.includes("TLSv1.3") ? [] : [finding("TLS_VERSION_13_MISSING", subject)]),
    ...(hsts === undefined
      ? [finding("TLS_HSTS_MISSING", subject)]
      : days < 180
        ? [finding("TLS_HSTS_SHORT", subject, { days })]
        : []),
    ...(plainHttp === "open" ? [finding("TLS_PLAIN_HTTP_OPEN", subject)] : []),
  ];
}

function gradeOf(findings: readonly Finding[]): Grade {
  const count = (severity: Finding["severity"]): number =>
    findings.filter((f) => f.severity === severity).length;
  if (count("error") > 0) return "F";
  if (count("warning") > 2) return "D";
  if (count("warning") > 0) return "C";
  return count("note") > 0 ? "B" : "A";
}
