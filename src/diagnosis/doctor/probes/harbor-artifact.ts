import type { HarborClient } from "../../../clients/harbor/client.ts";
import type { Evidence } from "../evidence.ts";
import { evidenceOf } from "./ask.ts";
import { nearest } from "./nearest.ts";
import type { HarborImage } from "./harbor-policy.ts";

/** Names that are looked through for one that was meant. */
const mostNames = 1000;

/**
 * Whether Harbor holds the tag or digest; where not, which names come near. What a proxy cache does not hold yet is
 * nothing wrong.
 */
export async function probeArtifact(
  harbor: HarborClient,
  { project, repository, reference }: HarborImage,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const full = `${project.name}/${repository}`;
  const isDigest = reference.includes(":");
  const say = evidenceOf("artifact", `${full}${isDigest ? "@" : ":"}${reference}`);
  if (await harbor.content.holds(project.name, repository, reference, signal))
    return [say.fine("Harbor holds it", "Harbor 中存在")];
  if ((project.registry_id ?? 0) !== 0)
    return [say.fine("the cache does not hold it yet", "缓存中尚无该镜像")];
  const names = await firstOf(harbor.content.repositories(project.name, signal), (r) => r.name);
  if (!names.includes(full)) {
    const near = nearest(full, names);
    const hint = near.length === 0 ? undefined : near.join(", ");
    return [
      say.wrong(
        "HARBOR_ARTIFACT_ABSENT",
        `there is no repository ${full}${hint === undefined ? "" : `; there is ${hint}`}`,
        `没有仓库 ${full}${hint === undefined ? "" : `；相近的有 ${hint}`}`,
      ),
    ];
  }
  const tags = await firstOf(harbor.content.artifacts(project.name, repository, signal), (a) =>
    a.tags.map(({ name }) => name),
  );
  const near = isDigest ? [] : nearest(reference, tags.flat());
  const hint = near.length === 0 ? undefined : near.join(", ");
  const what = isDigest ? ["digest", "摘要"] : ["tag", "标签"];
  return [
    say.wrong(
      "HARBOR_ARTIFACT_ABSENT",
      `the repository is there, without this ${what[0]}${hint === undefined ? "" : `; there is ${hint}`}`,
      `仓库存在，但没有该${what[1]}${hint === undefined ? "" : `；相近的有 ${hint}`}`,
    ),
  ];
}

async function firstOf<T, U>(all: AsyncGenerator<T>, read: (item: T) => U): Promise<readonly U[]> {
  const taken: U[] = [];
  for await (const item of all) {
    taken.push(read(item));
    if (taken.length >= mostNames) break;
  }
  return taken;
}
