import { createHash } from "node:crypto";
import { createHarborClient } from "../../../clients/harbor/client.ts";
import { openEndpoint } from "../../../clients/http/endpoint.ts";
import { createRegistryClient } from "../../../clients/registry/client.ts";
import { isError } from "../../../model/errors.ts";
import type { SandboxIdentity } from "./identity.ts";

/** What the quickstart pulls. */
const seededImage = { project: "shop", repository: "shop/hello", tag: "1.0" } as const;

const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * Puts an image into Harbor, over its own API, as a team that used Harbor before would have.
 * The image is valid and empty: nothing in the sandbox runs containers.
 * @param url Harbor's, which serves a certificate of the sandbox's own authority
 */
export async function seedHarbor(url: string, identity: SandboxIdentity, signal: AbortSignal): Promise<void> {
  await using endpoint = openEndpoint(url, { tls: { ca: identity.authority.certificatePem } });
  const credential = { username: "admin", password: identity.harborPassword };
  const harbor = createHarborClient(endpoint, credential);
  const registry = createRegistryClient(endpoint, credential);
  try {
    await harbor.projects.create({ name: seededImage.project, metadata: { public: "false" } }, signal);
  } catch (thrown) {
    if (!isError(thrown, "HARBOR_CONFLICT")) throw thrown;
    return; // seeded by an earlier start
  }
  // Two blocks of zeros: an archive with nothing in it (POSIX ustar).
  const layer = Buffer.alloc(1024);
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      created: "2026-01-01T00:00:00Z",
      config: { Labels: { "org.opencontainers.image.title": "hello" } },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  for (const bytes of [layer, config])
    await registry.pushBlob(
      seededImage.repository,
      { digest: digestOf(bytes), size: bytes.length, open: () => bytes },
      { signal },
    );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: digestOf(config),
        size: config.length,
      },
      layers: [
        { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: digestOf(layer), size: layer.length },
      ],
    }),
  );
  await registry.pushManifest(
    seededImage.repository,
    seededImage.tag,
    { mediaType, bytes: manifest },
    signal,
  );
}
