/** What differs between minors, each from the table of facts/harbor.md §0.1. `from` and `until` are minors of 2.x. */
const differences = {
  purgeAudit: { from: 6 },
  referrers: { from: 8 },
  bannerMessage: { from: 9 },
  permissionList: { from: 10 },
  robotPermissionsAreValidated: { from: 10 },
  projectArtifacts: { from: 11 },
  robotDurationZeroIsDefault: { until: 10 },
  projectRobotPaths: { until: 12 },
  anonymousSeesVersion: { until: 12 },
  extendedAuditLog: { from: 13 },
  /** A system robot with any permission of kind system loses those of kind project (facts/harbor.md §1.6). */
  systemPermissionsHideProjectPermissions: { until: 11 },
  robotsManageRobots: { from: 12 },
  caCertificateOfRegistries: { from: 15 },
  tokensOlderThanTheirProjectAreRefused: { from: 15 },
  quayAdapter: { until: 13 },
} as const satisfies Record<string, { readonly from?: number; readonly until?: number }>;

export type Difference = keyof typeof differences;

export const defaultVersion = "v2.9.5-sandbox";

/**
 * @param version as Harbor names itself: `v2.13.1-a1b2c3d4`
 * @returns whether this version has that behaviour
 */
export function behaves(version: string, difference: Difference): boolean {
  const minor = Number(/^v?2\.(\d+)/.exec(version)?.[1] ?? "9");
  const range: { readonly from?: number; readonly until?: number } = differences[difference];
  return minor >= (range.from ?? 0) && minor <= (range.until ?? Infinity);
}
