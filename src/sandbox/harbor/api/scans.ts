import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { zeroTime } from "../clock.ts";
import { callerName } from "../identity.ts";
import { isAdministrator, requireLogin } from "../permissions.ts";
import { forbidden } from "../problem.ts";
import type { Artifact, Scan } from "../records.ts";
import { empty, json, type HarborEnv, type Routes, type Site } from "../site.ts";

/** The form of a report that current scanners write. */
const reportType = "application/vnd.security.vulnerability.report; version=1.1";

/** Worst first. */
const order = ["Critical", "High", "Medium", "Low", "Negligible", "Unknown"];

export const scanOf = (site: Site, artifact: Artifact): Scan | undefined =>
  site.store.find("scans", (scan) => scan.artifactId === artifact.id);

/** What `with_scan_overview` adds to an artifact (facts/harbor.md §1.12). */
export function scanOverview(site: Site, artifact: Artifact): object {
  const scan = scanOf(site, artifact);
  if (scan === undefined) return {};
  const counts: Record<string, number> = {};
  for (const { severity } of scan.vulnerabilities) counts[severity] = (counts[severity] ?? 0) + 1;
  const overview = {
    complete_percent: scan.status === "Success" ? 100 : 0,
    end_time: scan.scanned,
    report_id: `report-${scan.id}`,
    scan_status: scan.status,
    severity: order.find((each) => (counts[each] ?? 0) > 0) ?? "None",
    start_time: scan.scanned,
    ...(scan.status === "Success"
      ? {
          summary: {
            fixable: scan.vulnerabilities.filter((v) => v.fix_version !== "").length,
            summary: counts,
            total: scan.vulnerabilities.length,
          },
        }
      : {}),
  };
  return { scan_overview: { [reportType]: overview } };
}

/** The report itself; nothing in it where the scan has not ended. */
export function scanReport(scan: Scan): object {
  if (scan.status !== "Success") return {};
  return {
    [reportType]: {
      generated_at: scan.scanned,
      scanner: { name: "Trivy", vendor: "Aqua Security", version: "sandbox" },
      severity: order.find((each) => scan.vulnerabilities.some((v) => v.severity === each)) ?? "None",
      vulnerabilities: scan.vulnerabilities,
    },
  };
}

const allowlist = z.looseObject({
  items: z.array(z.looseObject({ cve_id: z.string() })).optional(),
  expires_at: z.number().optional(),
});

/** Where the settings keep the list of the whole Harbor; no configuration key of Harbor's. */
const key = "system_cve_allowlist";

export function allowlistRoutes(site: Site): Routes {
  const routes: Routes = new Hono<HarborEnv>();
  routes.get("/system/CVEAllowlist", (c) => {
    requireLogin(c);
    const kept = site.store.get("settings", 1)?.values[key] as object | undefined;
    return json({ creation_time: zeroTime, items: [], update_time: zeroTime, ...kept });
  });
  routes.put("/system/CVEAllowlist", async (c) => {
    const caller = requireLogin(c);
    if (!isAdministrator(caller)) throw forbidden(callerName(caller));
    const { items = [], expires_at } = await readBody(c.env.incoming, "allowlist", "CVEAllowlist", allowlist);
    const kept = {
      items: items.map(({ cve_id }) => ({ cve_id })),
      ...(expires_at === undefined ? {} : { expires_at }),
    };
    const row = site.store.get("settings", 1);
    if (row === undefined) site.store.insert("settings", { values: { [key]: kept } });
    else site.store.update("settings", 1, { values: { ...row.values, [key]: kept } });
    return empty();
  });
  return routes;
}
