import { stringify } from "yaml";
import type { RenderedFile } from "../../../engine/kind.ts";
import type { Document } from "../../../model/document.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { annotationsOf, secretNameOf } from "./ingress-objects.ts";
import { mountsOf, placesOf } from "./places.ts";
import { withMounts } from "./override.ts";
import { logRotation } from "./rotation.ts";

/** What keeps mutual TLS across upgrades: values of Harbor's chart, or the override of docker-compose. */
export function renderMutual({ spec, metadata }: Document<HarborRegistrySpec>): readonly RenderedFile[] {
  const { mutual, mutualTls } = spec.tls;
  if (mutual === undefined || mutual === "off") return [];
  const compose = spec.deployment?.compose;
  if (compose !== undefined) {
    const places = placesOf(metadata.name, mutualTls.directory, compose.directory);
    const text = withMounts(undefined, mountsOf(places), undefined, "docker-compose.override.yml");
    return [
      { path: `harbor/${metadata.name}/docker-compose.override.yml`, text },
      { path: `harbor/${metadata.name}/logrotate.conf`, text: logRotation(places, metadata.name) },
    ];
  }
  const helm = spec.deployment?.helm;
  if (helm === undefined) return [];
  const annotations = annotationsOf(mutual, helm.namespace, metadata.name, mutualTls);
  const head = `# Values for the Helm release ${helm.release}; the Secret ${secretNameOf(metadata.name)} is written by \`moorline apply\`.\n`;
  const values = { expose: { ingress: { annotations } } };
  return [{ path: `harbor/${metadata.name}/mutual-tls-values.yaml`, text: `${head}${stringify(values)}` }];
}
