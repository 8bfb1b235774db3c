import { join } from "node:path/posix";
import type { RenderedFile } from "../../engine/kind.ts";
import { nameOf } from "../../model/document.ts";
import { findRegistry } from "../harbor-registry/connect.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import type { NodeDocument } from "./gather.ts";
import { mergeHosts } from "./hosts-toml.ts";
import { runtimeNames } from "./schema.ts";

/**
 * The public files of each runtime, for images and tools that lay files down. A client pair stays out, and hosts.toml
 * does not name it: containerd could not pull at all before its files are there.
 */
export async function render(
  document: NodeDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly RenderedFile[]> {
  const { spec, source } = document;
  const registry = findRegistry(spec.registry, nameOf(document), world);
  const ca = spec.ca ?? registry.spec.tls.ca;
  if (ca === undefined) return [];
  const { directory } = spec.ca === undefined ? registry.source : source;
  const bundle = await resolveTrust(ca, directory, world, signal);
  const { host } = new URL(registry.spec.url);
  const hasPair = (spec.clientCertificate ?? registry.spec.tls.clientCertificate) !== undefined;
  const { containerdCertsDir, dockerCertsDir, crioCertsDir } = spec.paths;
  const file = (folder: string, name: string, text: string): RenderedFile => ({
    path: join("nodes", folder, host, name),
    text,
  });
  const hosts = mergeHosts(
    undefined,
    { host, ca: join(containerdCertsDir, host, "moorline-ca.crt"), obsolete: [] },
    "hosts.toml",
  );
  const files = {
    containerd: [
      file(containerdCertsDir, "hosts.toml", hasPair ? `${pairComment}${hosts}` : hosts),
      file(containerdCertsDir, "moorline-ca.crt", bundle),
    ],
    docker: [file(dockerCertsDir, "ca.crt", bundle)],
    crio: [file(crioCertsDir, "ca.crt", bundle)],
  };
  return (spec.runtimes ?? runtimeNames).flatMap((name) => files[name]);
}

const pairComment = "# `moorline node apply` adds the client certificate and its key on each node.\n";
