import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { ports, type RigLayout } from "../layout.ts";
import { writeImageArchive, type ImageRecipe } from "./oci.ts";

/**
 * Pushes an image into the rig's docker-registry with skopeo.
 * @param repository without host, with tag: `team-a/app:v1`
 */
export async function pushToRegistry(
  layout: RigLayout,
  recipe: ImageRecipe,
  repository: string,
): Promise<void> {
  await skopeoPush(recipe, `127.0.0.1:${ports.registry}/${repository}`, ["--dest-tls-verify=false"], layout);
}

/** Pushes an image with skopeo to any registry; `options` are skopeo's own (`--dest-cert-dir`, `--dest-authfile`). */
export async function skopeoPush(
  recipe: ImageRecipe,
  target: string,
  options: readonly string[],
  layout: RigLayout,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-image-"));
  try {
    const archive = join(folder, "image.tar");
    const tag = target.slice(target.lastIndexOf(":") + 1);
    await writeFile(archive, writeImageArchive(recipe, target, tag));
    const policy = join(folder, "policy.json");
    await writeFile(policy, JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }));
    const command = [
      "skopeo",
      "--policy",
      policy,
      "copy",
      "--quiet",
      ...options,
      `oci-archive:${archive}:${tag}`,
      `docker://${target}`,
    ];
    await runCommand(command, { environment: { HOME: layout.home }, timeout: 120_000 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
