import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { apply } from "../../../../engine/apply.ts";
import { bring, type Brought, type Parts } from "./testing/brought.ts";
import { composeMachine, type ComposeMachine } from "./testing/machine.ts";
import { applied, failuresOf, kinds, planOf, snapshot } from "./testing/runs.ts";

// Each starts a dozen small programs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

describe("what is wrong beforehand changes nothing", () => {
  const yml = (m: ComposeMachine, change: (text: string) => string) => async (): Promise<void> => {
    const path = join(m.directory, "harbor.yml");
    await writeFile(path, change(await m.read(path)));
  };
  test.each<[string, string, (m: ComposeMachine) => Promise<void>, object?, object?]>([
    [
      "a name that the certificate has not",
      "COMPOSE_DELIVERY_REFUSED",
      (m) => yml(m, (t) => t.replace("hostname: harbor.example.com", "hostname: other.example.com"))(),
    ],
    [
      "an external URL of another name",
      "COMPOSE_DELIVERY_REFUSED",
      () => Promise.resolve(),
      { externalUrl: "https://other.example.com" },
    ],
    [
      "an unknown version",
      "HARBOR_COMPOSE_VERSION_UNSUPPORTED",
      (m) => yml(m, (t) => t.replace("_version: 2.9.0", "_version: 2.99.0"))(),
    ],
    ["a harbor.yml that is no YAML", "HARBOR_YML_UNREADABLE", (m) => yml(m, () => "a: b: c\n")()],
    ["a folder without Harbor", "HARBOR_YML_MISSING", (m) => rm(join(m.directory, "harbor.yml"))],
    [
      "a Harbor that was never installed",
      "HARBOR_COMPOSE_NOT_INSTALLED",
      (m) => rm(join(m.directory, "docker-compose.yml")),
    ],
    [
      "a place that can not be reached",
      "COMPOSE_DELIVERY_UNSEEN",
      () => Promise.resolve(),
      { connectTo: "127.0.0.1:1" },
    ],
    [
      "an nginx that refuses its configuration",
      "HARBOR_COMPOSE_PROXY_CONFIG_REFUSED",
      (m) => m.set("refuse"),
    ],
    [
      "a source that is a link",
      "COMPOSE_DELIVERY_REFUSED",
      async (m) => {
        await rm(join(m.root, "certificates/harbor.crt"));
        await m.run("ln", "-s", "/etc/hostname", join(m.root, "certificates/harbor.crt"));
      },
    ],
    [
      "an installer of another version",
      "HARBOR_COMPOSE_NOT_MIGRATED",
      async (m) => {
        await writeFile(join(m.directory, "prepare"), "docker run goharbor/prepare:v2.10.3\n", {
          mode: 0o755,
        });
      },
      { certificate: "/nowhere/a.crt" },
    ],
    [
      "a setting that prepare refuses",
      "HARBOR_YML_REFUSED",
      (m) => yml(m, (t) => t.replace("level: info", "level: loud"))(),
      { certificate: "/nowhere/a.crt" },
    ],
    [
      "a store's CA that prepare could not read",
      "COMPOSE_DELIVERY_REFUSED",
      (m) =>
        yml(m, (t) => t.replace("# storage_service:", "storage_service:\n  ca_bundle: /nowhere/ca.crt"))(),
      { certificate: "/nowhere/a.crt" },
    ],
    [
      "a data volume that prepare's own script reads otherwise",
      "HARBOR_YML_REFUSED",
      (m) => yml(m, (t) => t.replace(/^data_volume: .*$/m, "$& # the big disk"))(),
      { certificate: "/nowhere/a.crt" },
    ],
    [
      "a source that prepare would delete",
      "COMPOSE_DELIVERY_REFUSED",
      () => Promise.resolve(),
      { certificate: "SERVED" },
    ],
  ])("%s", async (_what, code, spoil, compose = {}) => {
    await using machine = await composeMachine();
    await spoil(machine);
    const before = await snapshot(machine);
    const shown = await machine.shown();
    const options =
      "certificate" in compose && compose.certificate === "SERVED"
        ? { certificate: `${machine.data}/secret/cert/a.crt` }
        : compose;
    const errors = await failuresOf(machine.document(options), machine).catch((thrown: unknown) => [thrown]);
    const planned = (await planOf(machine.document(options), machine)).documents.flatMap((d) =>
      d.error === undefined ? [] : [d.error],
    );
    expect([...errors, ...planned].map((e) => (e as { code: string }).code)).toContain(code);
    expect(await snapshot(machine)).toEqual(before);
    expect(await machine.shown()).toEqual(shown);
  });

  test.each<[string, string, (pairs: Brought) => Parts]>([
    ["a key of another certificate", "PKI_KEY_MISMATCH", ({ good, other }) => ({ ...good, key: other.key })],
    ["no alternative name for Harbor", "CERTIFICATE_NOT_USABLE", ({ other }) => other],
    ["an end in the past", "CERTIFICATE_NOT_USABLE", ({ expired }) => expired],
    [
      "its chain in the wrong order",
      "CERTIFICATE_NOT_USABLE",
      ({ good }) => ({ ...good, certificate: good.above + good.certificate }),
    ],
    ["no intermediate", "CERTIFICATE_NOT_USABLE", ({ good }) => good],
  ])("a certificate that was brought along with %s", async (_what, code, choose) => {
    await using machine = await composeMachine();
    const brought = await bring();
    const parts = choose(brought);
    await mkdir(join(machine.root, "docs"));
    await writeFile(join(machine.root, "docs/a.crt"), parts.certificate);
    await writeFile(join(machine.root, "docs/a.key"), parts.key);
    await writeFile(join(machine.root, "docs/ca.crt"), brought.root);
    const files = { certificate: "a.crt", privateKey: "a.key", authority: "ca.crt" };
    const document = machine.document({}, { issuer: { provided: { files } } });
    const before = await snapshot(machine);
    const shown = await machine.shown();
    const plan = await planOf(document, machine);
    expect(plan.documents.map((d) => d.error?.code)).toEqual([code]);
    expect((await apply(plan, kinds, machine.world)).ok).toBe(false);
    expect(await snapshot(machine)).toEqual(before);
    expect(await machine.shown()).toEqual(shown);
    // The same with nothing wrong is delivered.
    await writeFile(join(machine.root, "docs/a.crt"), brought.good.certificate + brought.good.above);
    await writeFile(join(machine.root, "docs/a.key"), brought.good.key);
    await applied(document, machine);
  });

  test("no compose at all", async () => {
    await using machine = await composeMachine({ compose: "neither" });
    const before = await snapshot(machine);
    const plan = await planOf(machine.document(), machine);
    expect(plan.documents.map((d) => d.error?.code)).toEqual(["HARBOR_COMPOSE_COMMAND_MISSING"]);
    expect(await snapshot(machine)).toEqual(before);
  });

  test("the plan names what the certificate is not for", async () => {
    await using machine = await composeMachine();
    const plan = await planOf(machine.document({}, { hosts: ["other.example.com"] }), machine);
    expect(plan.documents.flatMap((d) => d.findings)).toMatchObject([
      { code: "COMPOSE_NAME_NOT_COVERED", evidence: { names: "harbor.example.com" } },
    ]);
    const wild = await planOf(machine.document({}, { hosts: ["*.example.com"] }), machine);
    expect(wild.documents.flatMap((d) => d.findings)).toEqual([]);
  });
});
