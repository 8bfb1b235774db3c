import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moorline } from "../src/faces/cli/testing/test-io.ts";
import { rigAddresses } from "./addresses.ts";
import { connectApi } from "./api.ts";
import { rigLayout } from "./layout.ts";
import { ensureNamespace, runPod } from "./pods.ts";
import { putPullSecret } from "./testing/harbor.ts";
import { containerdHost, hostsToml, type HostFolder } from "./testing/node-files.ts";

const rig = rigAddresses();
const { registries } = rig;
const otherName = registries.open.replace("harbor.localtest", rig.otherName);
const folders: HostFolder[] = [];

/** What is wrong on the node, in the cluster or at the registry; each in a namespace of its own. */
const faults: readonly {
  readonly name: string;
  readonly image: string;
  readonly cause: string;
  /** The Secret that the pod names. */
  readonly secret?: "absent" | "right" | "wrong";
}[] = [
  { name: "ca", image: `${registries.open}/rig/busybox:1`, cause: "AUTHORITY_UNKNOWN" },
  { name: "name", image: `${otherName}/rig/busybox:1`, cause: "NAME_NOT_IN_CERTIFICATE" },
  { name: "san", image: `${registries.withoutSan}/rig/busybox:1`, cause: "CERTIFICATE_WITHOUT_SAN" },
  { name: "expired", image: `${registries.expired}/rig/busybox:1`, cause: "CERTIFICATE_EXPIRED" },
  { name: "plain", image: `${registries.plain}/rig/busybox:1`, cause: "PLAIN_HTTP_SERVER" },
  { name: "refused", image: `${rig.refusedHost}/rig/busybox:1`, cause: "CONNECTION_REFUSED" },
  { name: "unresolved", image: `${rig.nowhereName}:443/rig/busybox:1`, cause: "NAME_NOT_RESOLVED" },
  { name: "mutual", image: `${registries.mutualTls}/rig/busybox:1`, cause: "CLIENT_CERTIFICATE_MISSING" },
  { name: "no-secret", image: `${registries.tokens}/rig/busybox:1`, cause: "PULL_SECRET_NOT_NAMED" },
  {
    name: "absent-secret",
    image: `${registries.tokens}/rig/busybox:1`,
    cause: "PULL_SECRET_MISSING",
    secret: "absent",
  },
  {
    name: "wrong-password",
    image: `${registries.authenticated.host}/rig/busybox:1`,
    // This registry answers 401 to a wrong password and to a missing right alike, and tells nobody which.
    cause: "PULL_REFUSED",
    secret: "wrong",
  },
  {
    name: "no-tag",
    image: `${registries.tokens}/rig/busybox:nosuch`,
    cause: "IMAGE_NOT_FOUND",
    secret: "right",
  },
];

beforeAll(async () => {
  // The node trusts these; of `open` it is told nothing.
  for (const host of [
    otherName,
    registries.withoutSan,
    registries.expired,
    registries.mutualTls,
    registries.tokens,
    registries.authenticated.host,
  ])
    folders.push(await containerdHost(host, { "hosts.toml": hostsToml(host) }));
});
afterAll(async () => {
  for (const each of folders) await each[Symbol.asyncDispose]();
});

const places = ["--kubeconfig", rig.kubeconfigPath, "--ca", rig.registryAuthorityPath];

test.concurrent.each(faults)("of a real pod the cause is $cause ($name)", async (fault) => {
  const namespace = `rig-doctor-${fault.name}`;
  await using api = connectApi(rigLayout());
  await ensureNamespace(api, namespace);
  const { user, passwordPath } = registries.authenticated;
  const host = fault.image.split("/")[0] ?? "";
  if (fault.secret === "right" || fault.secret === "wrong") {
    const secret = fault.secret === "right" ? await readFile(passwordPath, "utf8") : "not-the-password";
    await putPullSecret(namespace, "pull", host, { name: user, secret });
  }
  const pull = fault.secret === undefined ? {} : { pullSecret: "pull" };
  try {
    const pod = await runPod({ image: fault.image, namespace, keep: true, ...pull });
    const { out } = await moorline(["doctor", `pod/${pod.name}`, "-n", namespace, "-o", "json", ...places], {
      clock: { now: () => new Date(), sleep: () => Promise.resolve() },
    });
    const [examination] = JSON.parse(out || "[]") as readonly { findings: readonly { code: string }[] }[];
    expect(examination?.findings[0]?.code).toBe(fault.cause);
  } finally {
    await api.call("DELETE", `/api/v1/namespaces/${namespace}`);
  }
});
