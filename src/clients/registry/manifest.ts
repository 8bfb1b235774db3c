import { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import { isDigest } from "./reference.ts";

/** Media types of images and indexes, OCI and Docker; the Accept header of every manifest call. */
export const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

const platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});
export type Platform = z.infer<typeof platform>;

/** image-spec descriptor.md: what a manifest says of a blob. */
const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().refine(isDigest, "a sha256 or sha512 digest"),
  size: z.int().nonnegative(),
  platform: platform.optional(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
export type Descriptor = z.infer<typeof descriptor>;

const imageManifest = z.object({
  mediaType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor),
});
export type ImageManifest = z.infer<typeof imageManifest>;

export const imageIndex = z.object({
  mediaType: z.string().optional(),
  manifests: z
    .array(descriptor)
    .nullish()
    .transform((m) => m ?? []),
});
export type ImageIndex = z.infer<typeof imageIndex>;

export type ManifestContent =
  | { readonly kind: "image"; readonly image: ImageManifest }
  | { readonly kind: "index"; readonly index: ImageIndex };

/**
 * Reads a manifest whose digest is verified already.
 * @throws REGISTRY_NOT_REGISTRY for another shape, or when header and body disagree about what it is: bytes that are
 * one thing to one client and another to the next have been used to smuggle (image-spec manifest.md, mediaType)
 */
export function readManifest(bytes: Buffer, mediaType: string, subject: string): ManifestContent {
  const unreadable = (reason: string) =>
    new MoorlineError("REGISTRY_NOT_REGISTRY", { subject, parameters: { reason } });
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw unreadable("its manifest is not JSON");
  }
  const isIndex = mediaType.includes("index") || mediaType.includes("manifest.list");
  const parsed = isIndex ? imageIndex.safeParse(json) : imageManifest.safeParse(json);
  if (!parsed.success)
    throw unreadable(`its manifest does not parse: ${parsed.error.issues[0]?.message ?? ""}`);
  const told = parsed.data.mediaType;
  if (told !== undefined && told !== mediaType) throw unreadable(`a ${told} is served as ${mediaType}`);
  return isIndex
    ? { kind: "index", index: parsed.data as ImageIndex }
    : { kind: "image", image: parsed.data as ImageManifest };
}

/**
 * Chooses the image for a platform. A variant that is not asked for may be any.
 * @throws REGISTRY_PLATFORM_MISSING
 */
export function selectPlatform(index: ImageIndex, wanted: Platform, subject: string): Descriptor {
  const fits = (d: Descriptor) =>
    d.platform?.os === wanted.os &&
    d.platform.architecture === wanted.architecture &&
    (wanted.variant === undefined || d.platform.variant === wanted.variant);
  const found = index.manifests.find(fits);
  if (found) return found;
  // BuildKit's attestations stand in the index as unknown/unknown.
  const available = index.manifests.flatMap((d) =>
    d.platform && d.platform.os !== "unknown" ? [platformText(d.platform)] : [],
  );
  throw new MoorlineError("REGISTRY_PLATFORM_MISSING", {
    subject,
    parameters: { platform: platformText(wanted), available: available.join(", ") || "-" },
  });
}

function platformText(of: Platform): string {
  return [of.os, of.architecture, of.variant].filter((part) => part !== undefined).join("/");
}
