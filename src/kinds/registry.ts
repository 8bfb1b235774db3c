import type { AnyKind } from "../engine/kind.ts";
import { harborCertificate } from "./harbor-certificate/index.ts";
import { harborRegistry } from "./harbor-registry/index.ts";
import { nodeTrust } from "./node-trust/index.ts";
import { nodeTuning } from "./node-tuning/index.ts";
import { projectBinding } from "./project-binding/index.ts";
import { proxyCache } from "./proxy-cache/index.ts";
import type { World } from "./world.ts";

/** Every kind there is. A new one is one line here and one folder beside. */
export const kinds: readonly AnyKind<World>[] = [
  harborCertificate,
  harborRegistry,
  projectBinding,
  proxyCache,
  nodeTrust,
  nodeTuning,
];

/** Names of the kinds that are carried out on each node rather than once. */
export const nodeKinds: readonly string[] = [nodeTrust.schema.kind, nodeTuning.schema.kind];

/** Names of the kinds that are carried out once, from anywhere. */
export const clusterKinds: readonly string[] = kinds
  .map((k) => k.schema.kind)
  .filter((k) => !nodeKinds.includes(k));
