import { stringify } from "yaml";
import type { RenderedFile } from "../../engine/kind.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { findRegistry } from "../harbor-registry/connect.ts";
import type { World } from "../world.ts";
import { projectOf, rewritesOf } from "./names.ts";
import { upstreamNames, type ProxyCacheSpec } from "./schema.ts";

/** Docker Hub's API is elsewhere than its name says (moby's registry/config.go). */
const servers: Readonly<Record<string, string>> = { "docker.io": "https://registry-1.docker.io" };

/**
 * How to make use of the cache without a change to any image name: a mirror for containerd on each node, and the rules
 * for whoever rewrites names.
 */
export function render(document: Document<ProxyCacheSpec>, world: World): Promise<readonly RenderedFile[]> {
  const { spec } = findRegistry(document.spec.registry, nameOf(document), world);
  const { origin, host } = new URL(spec.url);
  const project = projectOf(document);
  const ca =
    spec.tls.ca === undefined ? "" : `  ca = ${JSON.stringify(`/etc/containerd/certs.d/${host}/ca.crt`)}\n`;
  const open = document.spec.project.public
    ? ""
    : "# containerd sends a mirror no credential: this works once the project is public (spec.project.public).\n";
  const mirrors = upstreamNames(document.spec).map((name): RenderedFile => ({
    path: `nodes/etc/containerd/certs.d/${name}/hosts.toml`,
    text:
      open +
      `server = ${JSON.stringify(servers[name] ?? `https://${name}`)}\n\n` +
      `[host.${JSON.stringify(`${origin}/v2/${project}`)}]\n` +
      `  capabilities = ["pull", "resolve"]\n  override_path = true\n${ca}`,
  }));
  const rules = { rewrites: rewritesOf(document, host) };
  return Promise.resolve([
    ...mirrors,
    {
      path: `rewrites/${document.metadata.name}.yaml`,
      text: `# Images that begin with "from" come from the cache when they begin with "to" instead.\n${stringify(rules)}`,
    },
  ]);
}
