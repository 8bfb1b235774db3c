import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NewObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { startPlant, type Plant } from "../../project-binding/testing/plant.ts";
import { installApiServer } from "../testing/kubesphere.ts";
import { aliasFindings, comesByProxy, observeAlias } from "./alias.ts";
import { clusterProxy } from "./schema.ts";

const { signal } = new AbortController();
const url = "https://harbor.example.com:8443";
const address = "10.96.7.7";
let plant: Plant;
let folder: string;

beforeAll(async () => {
  plant = await startPlant();
  folder = await mkdtemp(join(tmpdir(), "moorline-alias-"));
  // Says what the Service's address is, and shows the patch that it is given.
  const script = `#!/bin/sh\ncase "$*" in *"get service"*) printf ${address} ;; *) for last; do :; done; printf %s "$last" ;; esac\n`;
  await writeFile(join(folder, "kubectl"), script);
  await chmod(join(folder, "kubectl"), 0o755);
});
afterAll(async () => {
  await plant[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A ks-apiserver in a namespace of its own, and a proxy in another. */
async function scene(namespace: string, allowedSources: readonly object[]) {
  await installApiServer(plant, namespace);
  const { client } = plant;
  const at = { namespace, name: "ks-apiserver" };
  const proxy = clusterProxy.parse({
    namespace: `${namespace}-proxy`,
    certificate: { certificate: "proxy", secret: "proxy-tls" },
    allowedSources,
  });
  await client.create(resources.namespaces, { metadata: { name: proxy.namespace } }, { signal });
  const observe = () => observeAlias(client, proxy, { url, namespace }, signal);
  const command = async (): Promise<string | undefined> => {
    const seen = await observe();
    const found = seen === undefined ? [] : aliasFindings(proxy, { url, namespace }, seen);
    return found[0]?.evidence["command"] as string | undefined;
  };
  return {
    observe,
    command,
    patch: (patch: object) => client.patch(resources.deployments, at, "merge", patch, { signal }),
    /** Makes the proxy's Service, as `apply` does. */
    serve: async (): Promise<void> => {
      const spec = { clusterIP: address, ports: [{ port: 8443 }] };
      const metadata = { namespace: proxy.namespace, name: proxy.name };
      const service: NewObject & { spec: object } = { metadata, spec };
      await client.create(resources.services, service, { signal });
    },
  };
}

/** What a shell makes of a command, up to kubectl. */
async function patchOf(command: string): Promise<object> {
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  const { stdout } = await promisify(execFile)("sh", ["-c", command], { env });
  return JSON.parse(stdout) as object;
}

const everybody = [{ namespaces: {} }];
const alias = (ip: string, ...hostnames: string[]) => ({ ip, hostnames });
const wanted = alias(address, "harbor.example.com");
const templateWith = (...hostAliases: object[]) => ({ spec: { template: { spec: { hostAliases } } } });

describe("ks-apiserver, which has no certificate of its own,", () => {
  test("is led to the proxy by the command that is shown, before and after the proxy is there", async () => {
    const on = await scene("alias-plain", everybody);
    const before = (await on.command()) ?? "";
    expect(before).toContain("kubectl -n alias-plain patch deployment ks-apiserver --type merge -p ");
    expect(await patchOf(before)).toEqual(templateWith(wanted));
    await on.serve();
    const after = (await on.command()) ?? "";
    expect(after).not.toContain("get service");
    await on.patch(await patchOf(after));
    expect(await on.command()).toBeUndefined();
  });

  test("keeps the aliases of others, and loses one of before", async () => {
    const on = await scene("alias-others", everybody);
    await on.serve();
    const old = alias("10.96.1.1", "harbor.example.com", "kept.example.com");
    await on.patch(templateWith(alias("10.0.0.1", "other"), old));
    expect(await patchOf((await on.command()) ?? "")).toEqual(
      templateWith(alias("10.0.0.1", "other"), alias("10.96.1.1", "kept.example.com"), wanted),
    );
    // The first line of /etc/hosts that has the name counts.
    await on.patch(templateWith(old, wanted));
    expect(await on.command()).toBeDefined();
    await on.patch(templateWith(wanted, old));
    const seen = await on.observe();
    expect(seen && comesByProxy(seen)).toBe(true);
  });

  test.each<[string, readonly object[], boolean]>([
    ["pods of that label", [{ namespaces: {}, pods: { app: "ks-apiserver" } }], true],
    ["pods of another label", [{ namespaces: {}, pods: { app: "pipeline" } }], false],
    ["another namespace", [{ namespaces: { team: "a" } }], false],
    ["the proxy's own namespace", [{ pods: {} }], false],
    ["a range of addresses", [{ cidr: "10.0.0.0/8" }], true],
  ])("is told of where %s may come: %j", async (what, sources, isTold) => {
    const on = await scene(`alias-${what.replaceAll(/[^a-z]+/g, "-")}`, sources);
    expect((await on.command()) !== undefined).toBe(isTold);
  });

  test("is not asked for where there is none, or where Harbor has no name", async () => {
    const proxy = clusterProxy.parse({
      namespace: "x",
      certificate: { certificate: "proxy", secret: "proxy-tls" },
      allowedSources: everybody,
    });
    const { client } = plant;
    const at = { url, namespace: "nobody" };
    expect(await observeAlias(client, proxy, at, signal)).toBeUndefined();
    await installApiServer(plant, "alias-address");
    const byAddress = { url: "https://10.0.0.9", namespace: "alias-address" };
    expect(await observeAlias(client, proxy, byAddress, signal)).toBeUndefined();
  });
});
