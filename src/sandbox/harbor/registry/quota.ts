import { denied } from "../problem.ts";
import type { Project } from "../records.ts";
import { now, type Site } from "../site.ts";

/** Bytes that a project uses: every digest once, whichever of its repositories hold it (facts/harbor.md §1.3). */
export function usageOf(site: Site, projectId: number): number {
  const sizes = new Map<string, number>();
  for (const link of site.store.all("links")) {
    if (link.projectId === projectId) sizes.set(link.digest, link.size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** @throws HarborProblem 403 when a blob that the project has not yet would exceed its quota */
export function requireRoom(site: Site, project: Project, digest: string, size: number): void {
  const hard = site.store.find("quotas", (q) => q.projectId === project.id)?.hard ?? -1;
  if (hard < 0) return;
  if (site.store.find("links", (l) => l.projectId === project.id && l.digest === digest) !== undefined)
    return;
  const used = usageOf(site, project.id);
  if (used + size <= hard) return;
  throw denied(
    `adding ${bytes(size)} of storage resource, which when updated to current usage of ${bytes(used)} will exceed the configured upper limit of ${bytes(hard)}.`,
  );
}

export function link(site: Site, project: Project, repository: string, digest: string, size: number): void {
  if (linked(site, repository, digest) !== undefined) return;
  site.store.insert("links", { projectId: project.id, repository, digest, size, created: now(site) });
}

/** The size of a blob that a repository may serve, or undefined. */
export const linked = (site: Site, repository: string, digest: string): number | undefined =>
  site.store.find("links", (l) => l.repository === repository && l.digest === digest)?.size;

function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${"KMGTPE"[unit]}iB`;
}
