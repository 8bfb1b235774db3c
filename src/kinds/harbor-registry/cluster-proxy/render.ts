import { stringify } from "yaml";
import type { RenderedFile } from "../../../engine/kind.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { objectOf, parts, type ProxyMaterial } from "./objects.ts";
import type { RegistryDocument } from "./proxy.ts";

/** The proxy's objects for a GitOps repository: all but the Secret with the client's key. */
export function renderProxy({ spec }: RegistryDocument): readonly RenderedFile[] {
  const proxy = spec.clusterProxy;
  if (proxy === undefined) return [];
  const material: ProxyMaterial = {
    url: new URL(spec.url).origin,
    ca: "",
    client: { certificate: "", privateKey: new Sensitive("") },
  };
  return parts
    .filter((part) => part !== "upstream")
    .map((part) => ({
      path: `manifests/cluster-proxy-${proxy.namespace}-${proxy.name}-${part}.yaml`,
      text: stringify(objectOf(part, proxy, material)),
    }));
}
