import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apply } from "../../engine/apply.ts";
import { describeInvariants, type Scene } from "../../engine/testing/invariants.ts";
import type { Document } from "../../model/document.ts";
import { createAuthority, type Authority } from "../../pki/authority.ts";
import { issueClient, issueServer, type Leaf } from "../../pki/leaf.ts";
import { documentOf } from "../harbor-certificate/testing/world.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import type { World } from "../world.ts";
import { nodeTrust } from "./index.ts";
import { readAsRuntime, whyNoHandshake } from "./proof.ts";
import { nodeTrustSchema } from "./schema.ts";
import {
  carryOut,
  filesOf,
  kinds,
  machineWith,
  planOf,
  signal,
  stepsOf,
  type Files,
} from "./testing/machine.ts";

const ecdsa = { keyType: "ECDSA_P256", validityDays: 30, now: new Date() } as const;
let ca: Authority;
let other: Authority;
let leaf: Leaf;
let client: Leaf;
let host = "";
let server: ReturnType<typeof createServer>;

beforeAll(async () => {
  ca = await createAuthority({ ...ecdsa, commonName: "CA" });
  other = await createAuthority({ ...ecdsa, commonName: "Other CA" });
  leaf = await issueServer(ca, { ...ecdsa, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] });
  client = await issueClient(ca, { ...ecdsa, commonName: "node" });
  server = createServer(
    {
      cert: leaf.chainPem,
      key: leaf.privateKeyPem.reveal(),
      requestCert: true,
      rejectUnauthorized: false,
      ca: ca.certificatePem,
    },
    (_request, response) => response.end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const documentsOf = (more: object = {}, trusted = ca): readonly Document[] => [
  documentOf(harborRegistrySchema, "main", {
    url: `https://${host}`,
    credential: { environment: {} },
    tls: { ca: { pem: trusted.certificatePem } },
  }),
  documentOf(nodeTrustSchema, "nodes", { registry: "main", runtimes: ["containerd"], ...more }),
];

const config = "/etc/containerd/config.toml";
const folder = (): string => `/etc/containerd/certs.d/${host}`;
const hostsToml = (more = "", at = folder()): string =>
  `server = "https://${host}"\nca = ["${at}/moorline-ca.crt"]\n${more}\n[host."https://${host}"]\n  ca = ["${at}/moorline-ca.crt"]\n${more === "" ? "" : `  ${more}`}`;
const trusted = (at = folder()): Files => ({
  [`${at}/hosts.toml`]: hostsToml("", at),
  [`${at}/moorline-ca.crt`]: ca.certificatePem,
});
const section = `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n`;
const set2 = `version = 2\n${section}`;

describe("the files of a node", () => {
  const shapes: [string, object, () => Files, () => Files][] = [
    ["no configuration", {}, () => ({}), () => ({ [config]: `version = 2\n\n${section}`, ...trusted() })],
    [
      "version 2 without a CRI section, with a comment",
      {},
      () => ({ [config]: "# ours\nversion = 2\nroot = '/x' # why\n" }),
      () => ({ [config]: `# ours\nversion = 2\nroot = '/x' # why\n\n${section}`, ...trusted() }),
    ],
    [
      "version 2 with an empty config_path among other settings",
      {},
      () => ({
        [config]: `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "p:1" # pause\n  [plugins."io.containerd.grpc.v1.cri".registry]\n    config_path = "" # none\n`,
      }),
      () => ({
        [config]: `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "p:1" # pause\n  [plugins."io.containerd.grpc.v1.cri".registry]\n    config_path = "/etc/containerd/certs.d" # none\n`,
        ...trusted(),
      }),
    ],
    [
      "version 3",
      {},
      () => ({ [config]: "version = 3\n" }),
      () => ({
        [config]: `version = 3\n\n[plugins."io.containerd.cri.v1.images".registry]\n  config_path = "/etc/containerd/certs.d"\n`,
        ...trusted(),
      }),
    ],
    [
      "CRLF line ends",
      {},
      () => ({ [config]: "version = 2\r\n# note\r\n" }),
      () => ({ [config]: `version = 2\r\n# note\r\n\r\n${section.replaceAll("\n", "\r\n")}`, ...trusted() }),
    ],
    [
      "inline auth, which may stay",
      {},
      () => ({
        [config]: `${set2}[plugins."io.containerd.grpc.v1.cri".registry.configs."h".auth]\n  username = "u"\n`,
      }),
      () => ({
        [config]: `${set2}[plugins."io.containerd.grpc.v1.cri".registry.configs."h".auth]\n  username = "u"\n`,
        ...trusted(),
      }),
    ],
    [
      "config_path set by an import",
      {},
      () => ({
        [config]: 'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n',
        "/etc/containerd/conf.d/r.toml": set2,
      }),
      () => ({
        [config]: 'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n',
        "/etc/containerd/conf.d/r.toml": set2,
        ...trusted(),
      }),
    ],
    [
      "two folders, the second with this host",
      {},
      () => ({
        [config]: set2.replace("/etc/containerd/certs.d", "/a:/b"),
        [`/b/${host}/hosts.toml`]: `server = "https://${host}"\n`,
      }),
      () => ({
        [config]: set2.replace("/etc/containerd/certs.d", "/a:/b"),
        [`/b/${host}/hosts.toml`]: `server = "https://${host}"\nca = [ "/b/${host}/moorline-ca.crt" ]\n\n[host."https://${host}"]\n  ca = ["/b/${host}/moorline-ca.crt"]\n`,
        [`/b/${host}/moorline-ca.crt`]: ca.certificatePem,
      }),
    ],
    [
      "docker alone",
      { runtimes: ["docker"] },
      () => ({}),
      () => ({ [`/etc/docker/certs.d/${host}/ca.crt`]: ca.certificatePem }),
    ],
    [
      "CRI-O alone",
      { runtimes: ["crio"] },
      () => ({}),
      () => ({ [`/etc/containers/certs.d/${host}/ca.crt`]: ca.certificatePem }),
    ],
    [
      "docker with an authority of somebody else in the same file",
      { runtimes: ["docker"] },
      () => ({ [`/etc/docker/certs.d/${host}/ca.crt`]: other.certificatePem }),
      () => ({ [`/etc/docker/certs.d/${host}/ca.crt`]: ca.certificatePem + other.certificatePem }),
    ],
    [
      "all three, found by themselves",
      { runtimes: undefined },
      () => ({ [config]: set2, "/etc/docker/daemon.json": "{}", "/etc/crio/crio.conf": "" }),
      () => ({
        [config]: set2,
        "/etc/docker/daemon.json": "{}",
        "/etc/crio/crio.conf": "",
        ...trusted(),
        [`/etc/docker/certs.d/${host}/ca.crt`]: ca.certificatePem,
        [`/etc/containers/certs.d/${host}/ca.crt`]: ca.certificatePem,
      }),
    ],
  ];

  test.each(shapes)(
    "%s: written, proved, nothing left to do, and taken away again",
    async (_name, more, before, after) => {
      const documents = documentsOf(more);
      await using machine = await machineWith(before(), documents);
      const result = await carryOut(machine, documents);
      expect(result.documents.flatMap((d) => [...d.failures, ...d.proofs.filter((p) => !p.ok)])).toEqual([]);
      expect(await filesOf(machine)).toEqual(after());
      expect(stepsOf(await planOf(machine, documents))).toEqual([]);
      await carryOut(machine, documents, "remove");
      const configs = Object.fromEntries(Object.entries(after()).filter(([path]) => path === config));
      expect(await filesOf(machine)).toEqual({ ...before(), ...configs });
    },
  );

  test("mirrors, capabilities, headers and comments of others in hosts.toml stay", async () => {
    const theirs = `# theirs\nserver = "https://${host}"\n\n[host."https://mirror.example.com"]\n  capabilities = ["pull"] # fast\n  [host."https://mirror.example.com".header]\n    x = "y"\n`;
    const documents = documentsOf();
    await using machine = await machineWith(
      { [config]: set2, [`${folder()}/hosts.toml`]: theirs },
      documents,
    );
    expect((await carryOut(machine, documents)).ok).toBe(true);
    const text = (await filesOf(machine))[`${folder()}/hosts.toml`] ?? "";
    for (const line of ["# theirs", 'capabilities = ["pull"] # fast', 'x = "y"'])
      expect(text).toContain(line);
    expect(text.indexOf("mirror.example.com")).toBeLessThan(text.lastIndexOf("moorline-ca.crt"));
    expect(stepsOf(await planOf(machine, documents))).toEqual([]);
    await carryOut(machine, documents, "remove");
    expect((await filesOf(machine))[`${folder()}/hosts.toml`]).toBe(theirs);
  });

  test.each<[string, string]>([
    [
      "mirrors",
      `[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\n  endpoint = ["https://m"]\n`,
    ],
    [
      "tls",
      `[plugins."io.containerd.grpc.v1.cri".registry.configs."h".tls]\n  insecure_skip_verify = true\n`,
    ],
  ])("inline %s is refused with the reason, and nothing is changed", async (_name, inline) => {
    const documents = documentsOf();
    const before = { [config]: `version = 2\n${inline}` };
    await using machine = await machineWith(before, documents);
    const plan = await planOf(machine, documents);
    expect(stepsOf(plan)).toEqual([]);
    expect(plan.documents[0]?.findings.map((f) => f.code)).toEqual(["NODE_INLINE_REGISTRY_CONFIG"]);
    expect((await apply(plan, kinds, machine.world)).ok).toBe(false);
    expect(await filesOf(machine)).toEqual(before);
  });

  test("a restart is planned only where config_path had to be set, and again where it was cut off before it", async () => {
    const documents = documentsOf();
    await using set = await machineWith({ [config]: set2 }, documents);
    expect(stepsOf(await planOf(set, documents))).toEqual(["containerd/trust"]);
    await using machine = await machineWith({ [config]: "version = 2\n" }, documents);
    expect(stepsOf(await planOf(machine, documents))).toEqual([
      "containerd/trust",
      "containerd/config-path",
      "containerd/restart",
    ]);
    const document = documents[1] as Document;
    for (const type of ["write", "set-config-path"])
      await nodeTrust.run({ type, runtime: "containerd" } as never, {
        document,
        world: machine.world,
        signal,
      });
    expect(stepsOf(await planOf(machine, documents))).toEqual(["containerd/restart"]);
  });

  test("mutual TLS names the pair at both levels, its key for root alone", async () => {
    await using machine = await machineWith(
      { [config]: set2, "/docs/c.crt": client.chainPem, "/docs/c.key": client.privateKeyPem.reveal() },
      [],
    );
    const documents = documentsOf({
      clientCertificate: { files: { certificate: "c.crt", privateKey: "c.key" } },
    });
    machine.give(documents);
    expect((await carryOut(machine, documents)).ok).toBe(true);
    const stem = `${folder()}/moorline-client-${digestOf(client.chainPem).slice(0, 12)}`;
    const text = (await filesOf(machine))[`${folder()}/hosts.toml`] ?? "";
    expect(text.split(`client = [["${stem}.cert", "${stem}.key"]]`).length).toBe(3);
    expect((await machine.world.host.stat(`${stem}.key`))?.mode).toBe(0o600);
  });

  test("an old CA stays beside the new one until a handshake has proved the new one", async () => {
    const old = documentsOf({}, other);
    await using machine = await machineWith({ [config]: set2 }, old);
    await carryOut(machine, old);
    const documents = documentsOf();
    machine.give(documents);
    expect(stepsOf(await planOf(machine, documents))).toEqual(["containerd/trust", "containerd/former"]);
    expect((await carryOut(machine, documents)).ok).toBe(true);
    expect((await filesOf(machine))[`${folder()}/moorline-ca.crt`]).toBe(ca.certificatePem);

    // Back again: the server never answers to the other CA, so the one that works is kept.
    machine.give(old);
    expect((await carryOut(machine, old)).ok).toBe(false);
    expect((await filesOf(machine))[`${folder()}/moorline-ca.crt`]).toBe(
      other.certificatePem + ca.certificatePem,
    );
  });

  test.each<[string, string]>([["a configuration that is no TOML", "version = ["]])(
    "%s is named, and nothing is changed",
    async (_name, text) => {
      const documents = documentsOf();
      await using machine = await machineWith({ [config]: text }, documents);
      const plan = await planOf(machine, documents);
      expect(plan.documents[0]?.error?.code).toBe("NODE_FILE_UNREADABLE");
      expect(await filesOf(machine)).toEqual({ [config]: text });
    },
  );
});

const states = fc.record({
  config: fc.constantFrom(undefined, "version = 2\n", set2, "version = 3\n# c\n"),
  theirs: fc.boolean(),
  docker: fc.boolean(),
  wasTrusting: fc.boolean(),
});
type State = {
  readonly config: string | undefined;
  readonly theirs: boolean;
  readonly docker: boolean;
  readonly wasTrusting: boolean;
};

describeInvariants<State, World>("NodeTrust", {
  kinds,
  states,
  runs: 6,
  scene: async (state): Promise<Scene<World>> => {
    const documents = documentsOf({ runtimes: state.docker ? ["containerd", "docker"] : ["containerd"] });
    const machine = await machineWith(
      {
        ...(state.config !== undefined && { [config]: state.config }),
        ...(state.theirs && {
          [`${folder()}/hosts.toml`]: `[host."https://m.example.com"]\n  capabilities = ["pull"]\n`,
        }),
      },
      documents,
    );
    if (state.wasTrusting) await carryOut(machine, documentsOf({}, ca));
    return {
      world: machine.world,
      documents: [documents[1] as Document],
      works: async () => {
        const runtime = { name: "containerd", folder: folder() } as const;
        const tls = await readAsRuntime(runtime, host, machine.world);
        const { world } = machine;
        return (
          tls.ca !== undefined && (await whyNoHandshake(`https://${host}`, tls, world, signal)) === undefined
        );
      },
      snapshot: () => filesOf(machine),
      secrets: () => Promise.resolve([leaf.privateKeyPem.reveal()]),
      [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
    };
  },
});
