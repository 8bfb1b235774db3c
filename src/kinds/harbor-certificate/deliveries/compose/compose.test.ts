import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { makePlan, type Plan } from "../../../../engine/plan.ts";
import { apply } from "../../../../engine/apply.ts";
import { createAuthority } from "../../../../pki/authority.ts";
import { issueServer } from "../../../../pki/leaf.ts";
import { systemRandomBytes } from "../../../../pki/serial.ts";
import { verifyChain } from "../../../../pki/verify.ts";
import type { CertificateDocument } from "../../gathered.ts";
import { harborCertificate } from "../../index.ts";
import { composeMachine, type ComposeMachine } from "./testing/machine.ts";

// Each starts a dozen small programs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const signal = new AbortController().signal;
const kinds = [harborCertificate];

const planOf = (of: CertificateDocument, { world }: ComposeMachine): Promise<Plan> =>
  makePlan([of], kinds, world, { signal });
const stepsOf = (plan: Plan) => plan.documents.flatMap((d) => d.steps);
const failuresOf = async (of: CertificateDocument, machine: ComposeMachine) => {
  const result = await apply(await planOf(of, machine), kinds, machine.world);
  return result.documents.flatMap((d) => d.failures.map((f) => f.error));
};
const applied = async (of: CertificateDocument, machine: ComposeMachine) => {
  const plan = await planOf(of, machine);
  const result = await apply(plan, kinds, machine.world);
  expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
  expect(result.documents.flatMap((d) => d.proofs.filter((p) => !p.ok))).toEqual([]);
  expect(stepsOf(await planOf(of, machine))).toEqual([]);
  return stepsOf(plan);
};
const idsOf = (steps: readonly { id: string }[]): string[] => steps.map((s) => s.id);

/** What clients are shown is from the document's own CA. */
const expectOurs = async (machine: ComposeMachine): Promise<void> => {
  const packed = await readFile(join(machine.root, "docs/ca/ca.pem"), "utf8");
  const { chain } = await machine.shown();
  const verdict = verifyChain({
    chainPem: chain,
    trustedPem: packed.slice(packed.indexOf("-----BEGIN CERTIFICATE")),
    hostname: "harbor.example.com",
    purpose: "server",
    now: machine.world.clock.now(),
  });
  expect(verdict.findings.filter((f) => f.severity === "error")).toEqual([]);
};

/** Everything in Harbor's folders but what is ours, with mode and inode where that matters. */
async function snapshot({ directory, data, root }: ComposeMachine): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const folder of [directory, data, join(root, "certificates")]) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.includes("moorline-backups")) continue;
      files[path] = `${(await stat(path)).mode & 0o777} ${await readFile(path, "utf8")}`;
    }
  }
  return files;
}

describe("renewal", () => {
  test("exchanges four files in place and reloads; no container restarts", async () => {
    await using machine = await composeMachine();
    const paths = [
      "certificates/harbor.crt",
      "certificates/harbor.key",
      "data/secret/cert/server.crt",
      "data/secret/cert/server.key",
    ];
    const look = () => Promise.all(paths.map((path) => stat(join(machine.root, path))));
    const before = await look();
    const steps = await applied(machine.document(), machine);
    expect(idsOf(steps)).toEqual(["authority", "certificate/server", `compose/${machine.directory}`]);
    expect(steps.at(-1)).toMatchObject({ change: "update", action: { activation: "reload" } });
    expect(steps.at(-1)?.interrupts).toBeUndefined();
    const after = await look();
    expect(after.map((s) => [s.ino, s.mode, s.uid])).toEqual(before.map((s) => [s.ino, s.mode, s.uid]));
    await expectOurs(machine);
    const calls = await machine.calls();
    expect(calls.filter((c) => c.includes("-s reload"))).toHaveLength(1);
    expect(calls.filter((c) => /compose .*(restart|down|up -d)|^prepare/.test(c))).toEqual([]);
  });

  test("happens again when the next one is due, and leaves no old key behind", async () => {
    await using machine = await composeMachine();
    const document = machine.document();
    await applied(document, machine);
    const first = await machine.shown();
    machine.at(new Date("2026-08-01T00:00:00Z"));
    expect(idsOf(await applied(document, machine))).toEqual([
      "certificate/server",
      `compose/${machine.directory}`,
    ]);
    expect((await machine.shown()).serial).not.toBe(first.serial);
    const folder = join(machine.directory, "moorline-backups");
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const backups = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      backups.filter((e) => e.isFile()).map((e) => readFile(join(e.parentPath, e.name), "utf8")),
    );
    expect(texts.filter((text) => text.includes("PRIVATE KEY"))).toEqual([]);
    expect(texts.filter((text) => text.includes("hostname: harbor.example.com"))).toHaveLength(2);
    expect(backups.map((e) => e.name)).not.toContain("pending.json");
  });

  test("keeps five backups at most", async () => {
    await using machine = await composeMachine();
    const document = machine.document();
    for (let round = 0; round < 6; round++) {
      machine.at(new Date(Date.UTC(2026, 5 + round * 3, 1)));
      await applied(document, machine);
    }
    const kept = (await readdir(join(machine.directory, "moorline-backups"))).filter((n) => /^\d{4}/.test(n));
    expect(kept).toHaveLength(5);
  });

  test.each<[string, (m: ComposeMachine) => Promise<void>, object]>([
    [
      "a file was edited",
      (m) => writeFile(join(m.data, "secret/cert/server.crt"), "nonsense"),
      { activation: "reload" },
    ],
    [
      "the source was reverted",
      (m) => writeFile(join(m.root, "certificates/harbor.key"), "x"),
      { activation: "reload" },
    ],
    [
      "nginx has another in memory",
      async (m) => {
        await m.run("cp", join(m.root, "old.crt"), join(m.root, "state/loaded/server.crt"));
        await m.run("cp", join(m.root, "old.key"), join(m.root, "state/loaded/server.key"));
      },
      { activation: "reload" },
    ],
    [
      "nginx fails again and again",
      async (m) => {
        await writeFile(join(m.data, "secret/cert/server.key"), "x");
        await m.run("docker", "compose", "-f", join(m.directory, "docker-compose.yml"), "restart", "proxy");
      },
      { activation: "restart" },
    ],
    [
      "Harbor was stopped",
      (m) => m.run("docker", "compose", "-f", join(m.directory, "docker-compose.yml"), "down"),
      { activation: "start" },
    ],
  ])("mends it when %s", async (_what, spoil, action) => {
    await using machine = await composeMachine();
    await machine.run("cp", join(machine.data, "secret/cert/server.crt"), join(machine.root, "old.crt"));
    await machine.run("cp", join(machine.data, "secret/cert/server.key"), join(machine.root, "old.key"));
    await applied(machine.document(), machine);
    await spoil(machine);
    const steps = await applied(machine.document(), machine);
    expect(steps).toMatchObject([{ id: `compose/${machine.directory}`, action }]);
    expect(steps[0]?.interrupts !== undefined).toBe(
      "activation" in action && action.activation === "restart",
    );
    await expectOurs(machine);
  });
});

test("after somebody's prepare, nothing is interrupted before the next renewal, which then restarts the proxy", async () => {
  await using machine = await composeMachine();
  await applied(machine.document(), machine);
  await machine.run(join(machine.directory, "prepare"));
  const plan = await planOf(machine.document(), machine);
  expect(plan.documents.map((d) => [d.steps, d.findings.map((f) => f.code)])).toEqual([
    [[], ["COMPOSE_PROXY_STALE"]],
  ]);
  machine.at(new Date("2026-08-01T00:00:00Z"));
  const steps = await applied(machine.document(), machine);
  expect(steps.at(-1)).toMatchObject({ change: "restart", action: { activation: "restart" } });
  expect(steps.at(-1)?.interrupts).toBeDefined();
  await expectOurs(machine);
});

describe("the first time", () => {
  test.each(["v1", "v2"] as const)(
    "Harbor on HTTP gets its section, prepare and new containers, by compose %s",
    async (compose) => {
      await using machine = await composeMachine({ harbor: "http", compose });
      const addition = join(machine.directory, "common/config/nginx/conf.d/harbor.https.own.conf");
      await writeFile(addition, "# mine\n", { mode: 0o640 });
      const before = (await machine.read(join(machine.directory, "harbor.yml"))).split("\n");
      const steps = await applied(machine.document(), machine);
      expect(steps.at(-1)).toMatchObject({ change: "restart", action: { type: "configure-compose" } });
      expect(steps.at(-1)?.interrupts).toBeDefined();
      await expectOurs(machine);
      const after = (await machine.read(join(machine.directory, "harbor.yml"))).split("\n");
      expect(after).toHaveLength(before.length);
      expect(after.filter((line, i) => line !== before[i])).toEqual([
        "https:",
        "  # port of HTTPS",
        `  port: ${machine.port}`,
        "  # certificate and key of nginx",
        `  certificate: ${machine.data}/cert/server.crt`,
        `  private_key: ${machine.data}/cert/server.key`,
      ]);
      expect((await stat(join(machine.data, "cert/server.key"))).mode & 0o777).toBe(0o600);
      expect(await machine.read(addition)).toBe("# mine\n");
      const order = (await machine.calls())
        .map((c) => /prepare|down|up -d/.exec(c)?.[0])
        .filter((c) => c !== undefined);
      expect(order).toEqual(["prepare", "down", "up -d"]);
    },
  );

  test("another path and another name are set where asked", async () => {
    await using machine = await composeMachine();
    const wanted = {
      certificate: `${machine.root}/other/a.crt`,
      privateKey: `${machine.root}/other/a.key`,
      externalUrl: "https://harbor.example.com",
    };
    await applied(machine.document(wanted), machine);
    await expectOurs(machine);
    expect(await machine.read(join(machine.directory, "harbor.yml"))).toContain(
      `\nexternal_url: https://harbor.example.com\n`,
    );
  });

  test("trivy stays installed", async () => {
    await using machine = await composeMachine({ harbor: "http" });
    await writeFile(
      join(machine.directory, "docker-compose.yml"),
      "services:\n  trivy-adapter: {}\n  proxy: {}\n",
    );
    await applied(machine.document(), machine);
    expect((await machine.calls()).find((c) => c.startsWith("prepare"))).toBe("prepare --with-trivy");
  });
});

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

describe("what fails after the first write is put back, and the old certificate serves again", () => {
  test.each<[string, "https" | "http", (m: ComposeMachine) => Promise<void> | void, RegExp]>([
    [
      "a new serial that is never seen",
      "https",
      (m) => m.set("keep-loaded"),
      /does not show the certificate/,
    ],
    [
      "a disk that is full at the last file",
      "https",
      (m) => {
        m.through((host) => ({
          ...host,
          overwriteInPlace: async (path, bytes) => {
            if (
              path.endsWith("secret/cert/server.key") &&
              !(await host.readFile(path))?.bytes.equals(Buffer.from(bytes as string)) &&
              !failed.has(m)
            ) {
              failed.add(m);
              const { MoorlineError } = await import("../../../../model/errors.ts");
              throw new MoorlineError("HOST_DISK_FULL", { subject: path, parameters: { reason: "ENOSPC" } });
            }
            return host.overwriteInPlace(path, bytes);
          },
        }));
      },
      /no room left/,
    ],
    [
      "an nginx -t that says no to the new pair",
      "https",
      (m) => {
        m.through((host) => ({
          ...host,
          run: async (argv, options) => {
            const isTest =
              argv.includes("-t") &&
              (await m.read(join(m.data, "secret/cert/server.crt"))) ===
                (await m.read(join(m.root, "certificates/harbor.crt"))) &&
              !failed.has(m) &&
              (await readdir(join(m.directory, "moorline-backups")).catch((): string[] => [])).includes(
                "pending.json",
              );
            if (isTest) {
              failed.add(m);
              return { exitCode: 1, stdout: "", stderr: "nginx: [emerg] bad weather", truncated: false };
            }
            return host.run(argv, options);
          },
        }));
      },
      /bad weather/,
    ],
    ["a prepare that fails", "http", (m) => m.set("prepare-fails"), /ssl_cert is not set/],
  ])("%s", async (_what, harbor, spoil, said) => {
    await using machine = await composeMachine({ harbor });
    const before = await snapshot(machine);
    const shown = await machine.shown();
    await spoil(machine);
    const errors = await failuresOf(machine.document(), machine);
    expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_UNDONE"]);
    expect(errors[0]?.message).toMatch(said);
    expect(await snapshot(machine)).toEqual(before);
    expect({ ...(await machine.shown()) }).toEqual({ ...shown });
  });

  test.each([
    [
      "v1",
      "ERROR: for nginx  Cannot start service proxy: driver failed programming external connectivity on endpoint nginx: Bind for 0.0.0.0:443 failed: port is already allocated\nERROR: Encountered errors while bringing up the project.\n",
    ],
    [
      "v2",
      " Container nginx  Starting\nError response from daemon: driver failed programming external connectivity on endpoint nginx (0123): Bind for 0.0.0.0:443 failed: port is already allocated\n",
    ],
  ] as const)("containers that do not come up, by compose %s", async (compose, says) => {
    await using machine = await composeMachine({ harbor: "http", compose });
    const before = await snapshot(machine);
    await machine.set("up-fails", says);
    machine.through((host) => ({
      ...host,
      run: async (argv, options) => {
        const result = await host.run(argv, options);
        if (argv.includes("up")) await machine.unset("up-fails");
        return result;
      },
    }));
    const errors = await failuresOf(machine.document(), machine);
    expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_UNDONE"]);
    expect(errors[0]?.message).toMatch(/port is already allocated/);
    expect(errors[0]?.message).not.toMatch(/Container nginx {2}Starting/);
    expect(await snapshot(machine)).toEqual(before);
    expect(await machine.read(join(machine.root, "state/proxy"))).toBe("running\n");
  });

  test("and where even that fails, it is said loudly, and the next run goes on", async () => {
    await using machine = await composeMachine({ harbor: "http" });
    await machine.set("up-fails", "Error response from daemon: no space left on device\n");
    const errors = await failuresOf(machine.document(), machine);
    expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_NOT_UNDONE"]);
    expect(errors[0]?.message).toMatch(/NEEDS YOU NOW/);
    await machine.unset("up-fails");
    const plan = await planOf(machine.document(), machine);
    expect(plan.documents.flatMap((d) => d.findings.map((f) => f.code))).toEqual([
      "COMPOSE_DELIVERY_INTERRUPTED",
    ]);
    await applied(machine.document(), machine);
    await expectOurs(machine);
  });
});

interface Parts {
  readonly certificate: string;
  readonly key: string;
  /** The intermediate that signed it. */
  readonly above: string;
}

interface Brought {
  readonly root: string;
  readonly good: Parts;
  readonly other: Parts;
  readonly expired: Parts;
}

/** Certificates of an intermediate, as a company's CA hands them out. */
async function bring(): Promise<Brought> {
  const from = {
    keyType: "ECDSA_P256",
    now: new Date("2026-04-01T00:00:00Z"),
    randomBytes: systemRandomBytes,
  } as const;
  const root = await createAuthority({ ...from, commonName: "Company root", validityDays: 3000 });
  const issuing = await createAuthority({
    ...from,
    commonName: "Company issuing CA",
    validityDays: 2000,
    issuer: root,
  });
  const issue = async (name: string, validityDays: number): Promise<Parts> => {
    const leaf = await issueServer(issuing, { ...from, dnsNames: [name], ipAddresses: [], validityDays });
    return {
      certificate: leaf.certificatePem,
      key: leaf.privateKeyPem.reveal(),
      above: issuing.certificatePem,
    };
  };
  return {
    root: root.certificatePem,
    good: await issue("harbor.example.com", 365),
    other: await issue("other.example.com", 365),
    expired: await issue("harbor.example.com", 10),
  };
}

const failed = new WeakSet<ComposeMachine>();

test("destroy leaves Harbor its certificate, says so, and takes only the backups", async () => {
  await using machine = await composeMachine();
  await applied(machine.document(), machine);
  const shown = await machine.shown();
  const before = await snapshot(machine);
  const plan = await makePlan([machine.document()], kinds, machine.world, { signal, direction: "remove" });
  const result = await apply(plan, kinds, machine.world);
  expect(result.documents.flatMap((d) => d.failures)).toEqual([]);
  expect(plan.documents.flatMap((d) => d.findings.map((f) => f.code))).toContain("COMPOSE_CERTIFICATE_STAYS");
  expect(await machine.shown()).toEqual(shown);
  expect(await snapshot(machine)).toEqual(before);
  expect(await readdir(machine.directory)).not.toContain("moorline-backups");
});
