import { z } from "zod";
import { HarborProblem } from "../problem.ts";

const descriptor = z.looseObject({
  mediaType: z.string().optional(),
  digest: z.string(),
  size: z.number().int().nonnegative(),
  platform: z.unknown().optional(),
  artifactType: z.string().optional(),
});

/** Schema 2 images, OCI images and both kinds of index; what else a manifest says is kept in its bytes. */
const schema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
  subject: descriptor.optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

export type Manifest = z.infer<typeof schema>;
export type Descriptor = z.infer<typeof descriptor>;

export const mediaTypes = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
} as const;

const accepted: ReadonlySet<string> = new Set([
  mediaTypes.ociManifest,
  mediaTypes.ociIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerList,
]);

const invalid = (message: string): HarborProblem =>
  new HarborProblem(400, "MANIFEST_INVALID", message, {
    headers: { "docker-distribution-api-version": "registry/2.0" },
  });

/** @throws HarborProblem 400 MANIFEST_INVALID */
export function parseManifest(bytes: Buffer, contentType: string): { manifest: Manifest; mediaType: string } {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw invalid(`manifest invalid: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(`manifest invalid: ${parsed.error.issues[0]?.message ?? ""}`);
  const mediaType = contentType.split(";")[0]?.trim() || parsed.data.mediaType || "";
  if (!accepted.has(mediaType)) throw invalid(`manifest invalid: unsupported media type ${mediaType}`);
  if (parsed.data.config === undefined && parsed.data.manifests === undefined) {
    throw invalid("manifest invalid: neither config nor manifests");
  }
  return { manifest: parsed.data, mediaType };
}

/** IMAGE, CHART, … as Harbor derives it from the configuration's media type. */
export function typeOf(manifest: Manifest): string {
  if (manifest.manifests !== undefined) return "IMAGE";
  const config = manifest.config?.mediaType ?? "";
  if (config === mediaTypes.ociConfig || config === mediaTypes.dockerConfig) return "IMAGE";
  if (config === "application/vnd.cncf.helm.config.v1+json") return "CHART";
  return (
    /^application\/vnd\.[^.]*\.([^.]*)\.config\.[^.]*\+json$/.exec(config)?.[1]?.toUpperCase() ?? "UNKNOWN"
  );
}
