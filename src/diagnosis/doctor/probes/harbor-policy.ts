import type { HarborClient } from "../../../clients/harbor/client.ts";
import type { Vulnerability } from "../../../clients/harbor/scans.ts";
import type { CveAllowlist, Project } from "../../../clients/harbor/schemas.ts";
import { harborHas } from "../../../clients/harbor/versions.ts";
import type { Evidence } from "../evidence.ts";
import { evidenceOf } from "./ask.ts";

/** An image as Harbor's API names it. */
export interface HarborImage {
  readonly project: Project;
  /** Without its project. */
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

/** Harbor's own order (src/pkg/scan/vuln); a policy stops its severity and what is worse. */
const severities = ["none", "unknown", "negligible", "low", "medium", "high", "critical"];
const rank = (severity: string): number => Math.max(1, severities.indexOf(severity.toLowerCase()));
/** CVEs that evidence names. */
const mostNamed = 5;

/**
 * Whether the project's policy against vulnerabilities stops this image, by the report that Harbor has; and whether an
 * allowlist that is over is why.
 * @param now milliseconds since 1970
 */
export async function probeVulnerabilityPolicy(
  harbor: HarborClient,
  image: HarborImage,
  now: number,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { project, repository, reference } = image;
  if (project.metadata["prevent_vul"] !== "true") return [];
  const say = evidenceOf("policy", `${project.name}/${repository}:${reference}`);
  const summary = await harbor.scans.summary(project.name, repository, reference, signal);
  // What is not there is another probe's; a cache has nothing to judge yet.
  if (summary === undefined) return [];
  if (summary.status !== "Success") return notScanned(harbor, image, summary.status, signal);
  const limit = project.metadata["severity"] ?? "low";
  const all = await harbor.scans.vulnerabilities(project.name, repository, summary.digest, signal);
  const severe = (all ?? ofCounts(summary.counts)).filter(({ severity }) => rank(severity) >= rank(limit));
  const list = await allowlistOf(harbor, project, signal);
  const ends = (list?.expires_at ?? 0) > 0 ? (list?.expires_at ?? 0) * 1000 : Infinity;
  const listed = new Set((list?.items ?? []).map((item) => item.cve_id));
  const exempt = severe.filter(({ id }) => listed.has(id));
  const left = ends <= now ? severe : severe.filter(({ id }) => !listed.has(id));
  if (left.length === 0) return [say.fine("no policy stops it", "没有策略阻止")];
  const named = left.flatMap(({ id }) => (id === "" ? [] : [id])).slice(0, mostNamed);
  const names = named.length === 0 ? "" : ` (${named.join(", ")}${left.length > named.length ? ", …" : ""})`;
  const stops = say.wrong(
    "HARBOR_POLICY_VULNERABILITY",
    `${left.length} vulnerabilities of severity ${limit} or worse${names}; the project lets none through`,
    `有 ${left.length} 个 ${limit} 及以上级别的漏洞${names}；项目策略禁止拉取`,
  );
  if (ends > now || exempt.length === 0) return [stops];
  const at = new Date(ends).toISOString();
  return [
    say.wrong(
      "CVE_ALLOWLIST_OVER",
      `the allowlist exempted ${exempt.length} of its vulnerabilities until ${at}`,
      `白名单在 ${at} 之前豁免了其中 ${exempt.length} 个漏洞`,
    ),
    stops,
  ];
}

/** Counts where there is no report to read: none of those is exempt, as none can be told by its name. */
const ofCounts = (counts: Readonly<Record<string, number>>): readonly Vulnerability[] =>
  Object.entries(counts).flatMap(([severity, count]) =>
    Array.from({ length: Math.min(count, 10_000) }, () => ({ id: "", severity })),
  );

/** What was not scanned is stopped where there is a scanner, and let through where there is none (facts/harbor.md §4). */
async function notScanned(
  harbor: HarborClient,
  { project, repository, reference }: HarborImage,
  status: string | undefined,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const say = evidenceOf("policy", `${project.name}/${repository}:${reference}`);
  const scanners = await harbor.settings.scanners(signal);
  if (!scanners.some(({ disabled }) => !disabled))
    return [
      say.wrong(
        "HARBOR_SCANNER_ABSENT",
        "the project asks for scans, and Harbor has no scanner",
        "项目要求扫描，但 Harbor 没有扫描器",
      ),
    ];
  const [en, zh] =
    status === undefined
      ? ["it was never scanned", "从未扫描"]
      : [`its scan is ${status}`, `扫描状态为 ${status}`];
  return [
    say.wrong(
      "HARBOR_POLICY_VULNERABILITY",
      `${en}, and the project lets only scanned images through`,
      `${zh}，而项目只允许拉取已扫描的镜像`,
    ),
  ];
}

/** Harbor's default is the system's list (facts/harbor.md §1.4). */
async function allowlistOf(
  harbor: HarborClient,
  { metadata, cve_allowlist: own }: Project,
  signal: AbortSignal,
): Promise<CveAllowlist | undefined> {
  if (metadata["reuse_sys_cve_allowlist"] === "false") return own ?? undefined;
  return harbor.scans.systemAllowlist(signal);
}

const policies = [
  { key: "enable_content_trust_cosign", tool: "cosign", type: "signature.cosign" },
  { key: "enable_content_trust", tool: "notation", type: "signature.notation" },
] as const;

/** Whether the project lets only signed images through, and this one is not. */
export async function probeSignaturePolicy(
  harbor: HarborClient,
  { project, repository, reference }: HarborImage,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  // A proxy cache is not held to it (facts/harbor.md §1.4).
  const asked = policies.filter(
    ({ key }) => project.metadata[key] === "true" && (project.registry_id ?? 0) === 0,
  );
  if (asked.length === 0) return [];
  const say = evidenceOf("policy", `${project.name}/${repository}:${reference}`);
  const version = await harbor.system.version(signal);
  // Until 2.8 content trust is Docker's, whose signatures lie with Notary and not beside the image.
  const isNotary = asked.some(({ tool }) => tool === "notation") && !harborHas(version, "securityHub");
  if (isNotary)
    return [
      say.unknown(
        "the project asks for Docker content trust, whose signatures were not looked at",
        "项目要求 Docker 内容信任，未检查其签名",
      ),
    ];
  const found = await harbor.content.artifact(project.name, repository, reference, signal);
  if (found === undefined) return [];
  return asked.map(({ tool, type }) =>
    found.accessories.some((a) => a.type === type)
      ? say.fine(`it is signed by ${tool}`, `已由 ${tool} 签名`)
      : say.wrong(
          "HARBOR_POLICY_SIGNATURE",
          `the project asks for a signature of ${tool}, and it has none`,
          `项目要求 ${tool} 签名，而该镜像没有`,
        ),
  );
}
