import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand, tryCommand } from "../command.ts";
import type { RigLayout } from "../layout.ts";
import { dockerPaths } from "../services/docker.ts";
import { writeTar, type TarEntry } from "./tar.ts";

/** An image as `docker import` takes it: files, and lines of a Dockerfile (`USER`, `CMD`, `ENV`). */
export interface DockerImage {
  readonly name: string;
  readonly instructions: readonly string[];
  readonly files: () => Promise<readonly TarEntry[]>;
}

/** The arguments that make Debian's docker client speak to the rig's dockerd. */
export function dockerCommand(layout: RigLayout): readonly string[] {
  return ["/usr/bin/docker", "--host", `unix://${dockerPaths(layout).socket}`];
}

/** Gives the rig's docker an image of that name, unless it has one. */
export async function ensureDockerImage(layout: RigLayout, image: DockerImage): Promise<void> {
  const docker = dockerCommand(layout);
  if ((await tryCommand([...docker, "image", "inspect", image.name])).status === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-docker-image-"));
  try {
    const archive = join(folder, "files.tar");
    await writeFile(archive, writeTar(await image.files()));
    const changes = image.instructions.flatMap((line) => ["--change", line]);
    await runCommand([...docker, "import", ...changes, archive, image.name]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
