import { expect, test } from "vitest";
import type { Pod } from "../../../diagnosis/doctor/probes/pod.ts";
import { documentOf, folderWorld } from "../../../kinds/harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../../../kinds/harbor-registry/schema.ts";
import { nodeTrustSchema } from "../../../kinds/node-trust/schema.ts";
import { nodeOfPod } from "./nodes.ts";

const registry = (name: string) =>
  documentOf(harborRegistrySchema, name, { url: `https://${name}.example`, credential: { environment: {} } });
const trust = (name: string, node: string) =>
  documentOf(nodeTrustSchema, `trust-${name}`, { registry: name, nodes: [{ name: node }] });
const documents = [registry("a"), registry("b"), trust("a", "node-1"), trust("b", "node-1")];

const podOn = (nodeName: string | undefined, image: string, reason = "ImagePullBackOff"): Pod => ({
  metadata: { name: "web" },
  spec: { ...(nodeName !== undefined && { nodeName }), containers: [{ name: "main", image }] },
  status: { containerStatuses: [{ name: "main", state: { waiting: { reason } } }] },
});

async function asked(pod: Pod): Promise<readonly string[] | undefined> {
  await using folder = await folderWorld(documents);
  return nodeOfPod(pod, { documents, world: folder.world })?.node.documents.map(
    ({ metadata }) => metadata.name,
  );
}

test("a pod's node is asked about the registries of the images that it waits for, and no others", async () => {
  expect(await asked(podOn("node-1", "a.example/team/app:1"))).toEqual(["trust-a"]);
});

test("a pod's node is not asked where no document speaks of it, or nothing waits", async () => {
  expect(await asked(podOn("node-2", "a.example/team/app:1"))).toBeUndefined();
  expect(await asked(podOn("node-1", "c.example/team/app:1"))).toBeUndefined();
  expect(await asked(podOn(undefined, "a.example/team/app:1"))).toBeUndefined();
  expect(await asked(podOn("node-1", "a.example/team/app:1", "CrashLoopBackOff"))).toBeUndefined();
});
