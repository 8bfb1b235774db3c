import { z } from "zod";
import { repositorySegment, segment, type HarborConnection } from "./connection.ts";
import { cveAllowlist, type CveAllowlist } from "./schemas.ts";

/**
 * The forms of a report, newest first: the server takes the first that it has. Harbor 2.4 writes the older one only
 * where its scanner does (facts/harbor.md §1.13).
 */
const reportTypes = [
  "application/vnd.security.vulnerability.report; version=1.1",
  "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0",
].join(", ");

const overview = z.object({
  scan_status: z.string().default(""),
  summary: z
    .object({
      total: z.number().default(0),
      summary: z
        .record(z.string(), z.number())
        .nullish()
        .transform((counts) => counts ?? {}),
    })
    .nullish(),
});

const scannedArtifact = z.object({
  digest: z.string(),
  scan_overview: z
    .record(z.string(), overview)
    .nullish()
    .transform((all) => Object.values(all ?? {})),
});

const report = z.record(
  z.string(),
  z.object({
    vulnerabilities: z
      .array(z.object({ id: z.string(), severity: z.string().default("Unknown") }))
      .nullish()
      .transform((all) => all ?? []),
  }),
);

/** How far a scan is, and how many vulnerabilities of each severity it found (Harbor's own words: `High`). */
export interface ScanSummary {
  readonly digest: string;
  /** Harbor's word: Success, Running, Pending, Scheduled, Error, Stopped; undefined where nobody scanned. */
  readonly status: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

export interface Vulnerability {
  readonly id: string;
  readonly severity: string;
}

export interface ScansApi {
  /**
   * What the scanner found in an image, in sum.
   * @param repository without its project
   * @param reference tag or digest
   * @returns undefined where Harbor holds no such image
   */
  summary(
    project: string,
    repository: string,
    reference: string,
    signal?: AbortSignal,
  ): Promise<ScanSummary | undefined>;
  /** Each vulnerability by its name; undefined where there is no report. Up to 16 MiB are read. */
  vulnerabilities(
    project: string,
    repository: string,
    digest: string,
    signal?: AbortSignal,
  ): Promise<readonly Vulnerability[] | undefined>;
  /** The list of the whole Harbor, which projects use unless they have their own. */
  systemAllowlist(signal?: AbortSignal): Promise<CveAllowlist>;
}

export function scansApi(connection: HarborConnection): ScansApi {
  const at = (project: string, repository: string, reference: string) =>
    `/projects/${segment(project)}/repositories/${repositorySegment(repository)}/artifacts/${segment(reference)}`;
  const headers = { "x-accept-vulnerabilities": reportTypes };
  return {
    summary: async (project, repository, reference, signal) => {
      const path = at(project, repository, reference);
      const query = { with_scan_overview: true, with_tag: false };
      const found = await connection.readIfThere(
        { method: "GET", path, query, headers, signal },
        scannedArtifact,
      );
      if (found === undefined) return undefined;
      const done = found.scan_overview.find((each) => each.scan_status === "Success");
      const any = done ?? found.scan_overview[0];
      return { digest: found.digest, status: any?.scan_status, counts: any?.summary?.summary ?? {} };
    },
    vulnerabilities: async (project, repository, digest, signal) => {
      const path = `${at(project, repository, digest)}/additions/vulnerabilities`;
      const found = await connection.readIfThere({ method: "GET", path, headers, signal }, report);
      return found === undefined ? undefined : Object.values(found)[0]?.vulnerabilities;
    },
    systemAllowlist: (signal) =>
      connection.read({ method: "GET", path: "/system/CVEAllowlist", signal }, cveAllowlist),
  };
}
