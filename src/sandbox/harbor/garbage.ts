import type { Site } from "./site.ts";

/** Harbor leaves alone what is younger, for it may belong to a push under way (facts/harbor.md §1.12). */
const windowMilliseconds = 2 * 3_600_000;

/**
 * Removes blobs that no artifact refers to any more, and first the artifacts without a tag where asked to.
 * @returns the run's log
 */
export async function collectGarbage(
  site: Site,
  options: { readonly deleteUntagged: boolean; readonly dryRun: boolean },
): Promise<string> {
  const { store } = site;
  const old = (time: string): boolean => Date.parse(time) < site.clock.now() - windowMilliseconds;
  const tagged = new Set(store.all("tags").map((t) => t.artifactId));
  const children = new Set(
    store.all("artifacts").flatMap((a) => a.children.map((child) => `${a.repositoryId} ${child.digest}`)),
  );
  const untagged = store.filter(
    "artifacts",
    (a) =>
      !tagged.has(a.id) &&
      !children.has(`${a.repositoryId} ${a.digest}`) &&
      a.subject === "" &&
      old(a.pushed),
  );
  const doomed = new Set(options.deleteUntagged ? untagged.map((a) => a.id) : []);
  const kept = store.filter("artifacts", (a) => !doomed.has(a.id));
  const needed = new Set(kept.flatMap((a) => [a.digest, ...a.blobs].map((d) => `${a.projectId} ${d}`)));
  const links = store.filter("links", (l) => !needed.has(`${l.projectId} ${l.digest}`) && old(l.created));
  const gone = new Set(links.map((l) => l.id));
  const stillLinked = new Set(store.filter("links", (l) => !gone.has(l.id)).map((l) => l.digest));
  const files = new Map(links.filter((l) => !stillLinked.has(l.digest)).map((l) => [l.digest, l.size]));
  const freed = [...files.values()].reduce((a, b) => a + b, 0);
  if (!options.dryRun) {
    for (const id of doomed) store.remove("artifacts", id);
    for (const id of gone) store.remove("links", id);
    for (const digest of files.keys()) await site.blobs.remove(digest);
  }
  return `${files.size} blobs eligible for deletion, ${freed} bytes${options.dryRun ? " (dry run)" : " freed"}\n`;
}
