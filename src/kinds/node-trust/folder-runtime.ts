import { join } from "node:path/posix";
import type { Host } from "../../clients/host/host.ts";
import { bundleFor, type Runtime, type Wish } from "./runtime.ts";
import type { NodeTrustSpec } from "./schema.ts";

/** Docker and CRI-O: every `*.crt` is an authority, every `*.cert` with its `*.key` a client pair. */
export async function folderRuntime(
  name: "docker" | "crio",
  { paths }: NodeTrustSpec,
  wish: Wish,
  host: Host,
): Promise<Runtime> {
  const folder = join(name === "docker" ? paths.dockerCertsDir : paths.crioCertsDir, wish.host);
  const bundle = await bundleFor(join(folder, "ca.crt"), wish, host);
  const { client } = wish;
  const pair =
    client === undefined
      ? []
      : [
          { path: join(folder, "client.key"), text: client.privateKey.reveal(), mode: 0o600 },
          { path: join(folder, "client.cert"), text: client.certificate, mode: 0o644 },
        ];
  const ours = Object.keys(wish.record.files);
  const obsolete = ["client.key", "client.cert"]
    .map((file) => join(folder, file))
    .filter((path) => pair.length === 0 && ours.includes(path));
  return {
    name,
    folder,
    files: [...(bundle === undefined ? [] : [bundle.now]), ...pair],
    formerAuthorities: bundle?.former ?? 0,
    ...(bundle !== undefined && { bundle: bundle.final }),
    obsolete,
    conflicts: [],
  };
}
