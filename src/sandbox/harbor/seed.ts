import type { Harbor } from "./harbor.ts";
import { projectNamed } from "./permissions.ts";
import { recordArtifact } from "./registry/artifacts.ts";
import { digestOf } from "./registry/blob-store.ts";
import { mediaTypes, parseManifest } from "./registry/manifest.ts";
import { link } from "./registry/quota.ts";
import { tar, type TarFile } from "./tar.ts";

export interface SeedImage {
  /** An existing project. */
  readonly project: string;
  /** Without the project: `app` or `team/app`. */
  readonly repository: string;
  readonly tag: string;
  readonly files: readonly TarFile[];
  /** What the container runs; nothing without it. */
  readonly command?: readonly string[];
  /** As Go names it; `amd64` without it. */
  readonly architecture?: string;
}

/**
 * Puts a small valid image of one layer straight into a Harbor's storage. The same files make the same digest.
 * @returns the manifest's digest
 * @throws RangeError where there is no such project
 */
export async function seedImage(harbor: Pick<Harbor, "site">, image: SeedImage): Promise<string> {
  const { site } = harbor;
  const project = projectNamed(site, image.project);
  if (project === undefined) throw new RangeError(`no project ${image.project}`);
  const repository = `${image.project}/${image.repository}`;
  const layer = tar(image.files);
  const config = Buffer.from(
    JSON.stringify({
      architecture: image.architecture ?? "amd64",
      os: "linux",
      config: image.command === undefined ? {} : { Cmd: image.command },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  for (const bytes of [layer, config]) {
    link(site, project, repository, await site.blobs.write(bytes), bytes.length);
  }
  const part = (mediaType: string, bytes: Buffer): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: part(mediaTypes.ociConfig, config),
      layers: [part("application/vnd.oci.image.layer.v1.tar", layer)],
    }),
  );
  const { manifest, mediaType } = parseManifest(bytes, mediaTypes.ociManifest);
  const pushed = { project, repository, bytes, manifest, mediaType, tag: image.tag, username: "admin" };
  return (await recordArtifact(site, pushed)).digest;
}
