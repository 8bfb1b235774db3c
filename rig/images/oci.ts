import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { writeTar, type TarEntry } from "./tar.ts";

/** What an image is made of: one layer, and what runs in it. */
export interface ImageRecipe {
  readonly files: readonly TarEntry[];
  readonly entrypoint: readonly string[];
  /** Who runs it; root unless told. */
  readonly user?: string;
}

/**
 * An archive of an OCI image layout (image-spec, image-layout.md) with one image in it, which containerd's `ctr images
 * import` stores under `name`, and skopeo reads as `oci-archive:` by `tag`.
 */
export function writeImageArchive(recipe: ImageRecipe, name: string, tag: string): Uint8Array {
  const blobs: TarEntry[] = [];
  const add = (
    mediaType: string,
    content: Uint8Array,
  ): { mediaType: string; digest: string; size: number } => {
    const hash = sha256(content);
    blobs.push({ path: `blobs/sha256/${hash}`, type: "file", content });
    return { mediaType, digest: `sha256:${hash}`, size: content.length };
  };
  const layer = writeTar(recipe.files);
  const layerDescriptor = add("application/vnd.oci.image.layer.v1.tar+gzip", gzipSync(layer));
  const configuration = {
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: {
      Entrypoint: recipe.entrypoint,
      Env: ["PATH=/bin"],
      ...(recipe.user !== undefined && { User: recipe.user }),
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: add("application/vnd.oci.image.config.v1+json", json(configuration)),
    layers: [layerDescriptor],
  };
  const annotations = { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": tag };
  const index = {
    schemaVersion: 2,
    manifests: [{ ...add(manifest.mediaType, json(manifest)), annotations }],
  };
  return writeTar([
    { path: "oci-layout", type: "file", content: json({ imageLayoutVersion: "1.0.0" }) },
    { path: "index.json", type: "file", content: json(index) },
    { path: "blobs", type: "folder" },
    { path: "blobs/sha256", type: "folder" },
    ...blobs,
  ]);
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
