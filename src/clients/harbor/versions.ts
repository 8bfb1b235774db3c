import { MoorlineError } from "../../model/errors.ts";

/** A Harbor version; the commit after the dash is dropped. */
export interface HarborVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As Harbor told it: `v2.15.2-0a1b2c3d`. */
  readonly text: string;
}

type Minor = readonly [major: number, minor: number];

/** The oldest Harbor that Moorline works with. */
export const oldestSupported: Minor = [2, 4];

/**
 * What differs between versions that a client must branch on (facts/harbor.md §0.1): the minor that brought it, and
 * where it went again the first one without it. A new difference is one line here.
 */
const differences = {
  artifactAccessories: { since: [2, 5] },
  purgeAudit: { since: [2, 6] },
  jobserviceMonitor: { since: [2, 7] },
  referrers: { since: [2, 8] },
  cloudEvents: { since: [2, 8] },
  securityHub: { since: [2, 9] },
  /** `GET /permissions`, and unknown robot permissions refused with 400. */
  robotPermissionsChecked: { since: [2, 10] },
  sbom: { since: [2, 11] },
  artifactsOfProject: { since: [2, 11] },
  /** `duration: 0` meant the configured default; from 2.11 on it is refused. */
  robotZeroDuration: { since: [2, 4], until: [2, 11] },
  /** Before, a robot with any system permission lost its project permissions (facts/harbor.md §1.6). */
  robotMixedScopes: { since: [2, 12] },
  robotsManageRobots: { since: [2, 12] },
  proxySpeedLimit: { since: [2, 12] },
  legacyProjectRobots: { since: [2, 4], until: [2, 13] },
  versionToldToAnonymous: { since: [2, 4], until: [2, 13] },
  auditLogExtended: { since: [2, 13] },
  proxyConnectionLimit: { since: [2, 14] },
  registryCaCertificate: { since: [2, 15] },
  proxyCacheLocalOnNotFound: { since: [2, 15] },
} as const satisfies Record<string, { since: Minor; until?: Minor }>;

export type HarborFeature = keyof typeof differences;

/**
 * Reads `v2.15.2-<commit>`, `v2.9.5-local295`, `2.4.0`.
 * @returns undefined for text that is no version
 */
export function parseHarborVersion(text: string): HarborVersion | undefined {
  const match = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+].*)?$/.exec(text.trim());
  if (!match) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]), text };
}

/** Whether a version has a feature. */
export function harborHas(version: HarborVersion, feature: HarborFeature): boolean {
  const entry: { since: Minor; until?: Minor } = differences[feature];
  return reaches(version, entry.since) && !(entry.until && reaches(version, entry.until));
}

/** Whether Moorline works with this version. */
export function isSupportedHarbor(version: HarborVersion): boolean {
  return reaches(version, oldestSupported);
}

/**
 * Stops where a feature is asked of a Harbor that has not got it.
 * @throws HARBOR_FEATURE_MISSING
 */
export function requireHarbor(version: HarborVersion, feature: HarborFeature, subject: string): void {
  if (harborHas(version, feature)) return;
  const parameters = { version: version.text, feature, since: differences[feature].since.join(".") };
  throw new MoorlineError("HARBOR_FEATURE_MISSING", { subject, parameters });
}

function reaches(version: HarborVersion, [major, minor]: Minor): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
