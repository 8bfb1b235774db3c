import { scanOf } from "../api/scans.ts";
import { HarborProblem } from "../problem.ts";
import type { Artifact, Project } from "../records.ts";
import type { Site } from "../site.ts";

/** Mildest first, as Harbor ranks them (src/pkg/scan/vuln). */
const severities = ["none", "unknown", "negligible", "low", "medium", "high", "critical"];
const rank = (severity: string): number => severities.indexOf(severity.toLowerCase());

/**
 * Stops what a project's policies stop, in Harbor's words (facts/harbor.md §4). The sandbox has no signatures, so that
 * nothing is signed, and no scanner, so that what nobody scanned is let through.
 * @throws HarborProblem 412
 */
export function refuseByPolicy(site: Site, project: Project, artifact: Artifact): void {
  const { metadata } = project;
  if (project.registryId === 0) {
    for (const [key, tool] of [
      ["enable_content_trust_cosign", "cosign"],
      ["enable_content_trust", "notation"],
    ] as const)
      if (metadata[key] === "true") throw violation(`The image is not signed by ${tool}.`);
  }
  const scan = metadata["prevent_vul"] === "true" ? scanOf(site, artifact) : undefined;
  if (scan === undefined) return;
  const limit = metadata["severity"] ?? "low";
  const policy = `due to configured policy in 'Prevent images with vulnerability severity of "${capital(limit)}" or higher from running.'`;
  if (scan.status !== "Success")
    throw violation(
      `current image with "${scan.status}" status of vulnerability scanning cannot be pulled ${policy}`,
    );
  const exempt = exemptions(site, project);
  const found = scan.vulnerabilities.filter(({ id }) => !exempt.has(id));
  if (found.some(({ severity }) => rank(severity) >= rank(limit)))
    throw violation(
      `current image with ${found.length} vulnerabilities cannot be pulled ${policy} To continue with pull, please contact your project administrator to exempt matched vulnerabilities through configuring the CVE allowlist.`,
    );
}

/** The project's own list while it holds; the whole Harbor's is not looked at here. */
function exemptions(site: Site, { metadata, allowlist, allowlistExpires }: Project): ReadonlySet<string> {
  const isOver = allowlistExpires !== undefined && allowlistExpires * 1000 <= site.clock.now();
  if (isOver || metadata["reuse_sys_cve_allowlist"] !== "false") return new Set();
  return new Set(allowlist.map(({ cve_id }) => cve_id));
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
const violation = (message: string): HarborProblem =>
  new HarborProblem(412, "PROJECTPOLICYVIOLATION", message);
