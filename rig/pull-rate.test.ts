import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";
import { connectApi, type RigApi } from "./api.ts";
import { rigLayout } from "./layout.ts";
import { ensureNamespace } from "./pods.ts";

const namespace = "rig-pull-rate";
const pods = `/api/v1/namespaces/${namespace}/pods`;
const host = rigAddresses().refusedHost;

// Each container has a tag of its own, or the second would wait for the first one's back-off and not pull at all. Eight to
// a pod, because the kubelet sends only 25 events about one object.
function podOfManyPulls(name: string): unknown {
  const containers = Array.from({ length: 8 }, (_, i) => ({
    name: `c${i}`,
    image: `${host}/rig/many:${name}-${i}`,
  }));
  return {
    metadata: { name },
    spec: { restartPolicy: "Never", terminationGracePeriodSeconds: 0, dnsPolicy: "Default", containers },
  };
}

async function pullFailures(api: RigApi): Promise<readonly string[]> {
  const { body } = await api.call(
    "GET",
    `/api/v1/namespaces/${namespace}/events?fieldSelector=reason%3DFailed`,
  );
  return (body as { items: readonly { message: string }[] }).items.map(({ message }) => message);
}

test("more pulls at once than the kubelet's rate allows fail without asking containerd", async () => {
  await using api = connectApi(rigLayout());
  await ensureNamespace(api, namespace);
  const names = ["a", "b", "c", "d", "e"].map((letter) => `many-${letter}-${Date.now()}`);
  try {
    const made = await Promise.all(names.map(async (name) => api.call("POST", pods, podOfManyPulls(name))));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    let message: string | undefined;
    while (message === undefined) {
      message = (await pullFailures(api)).find(
        (text) => text.includes("QPS") && names.some((name) => text.includes(name)),
      );
      await sleep(200);
    }
    expect(message).toMatch(
      /^Failed to pull image "harbor\.localtest:\d+\/rig\/many:[^"]+": pull QPS exceeded$/,
    );
  } finally {
    await Promise.all(
      names.map(async (name) => api.call("DELETE", `${pods}/${name}`, { gracePeriodSeconds: 0 })),
    );
  }
});
