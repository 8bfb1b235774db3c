import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../clients/host/host.ts";
import { localHost } from "../../clients/host/local.ts";
import type { Document } from "../../model/document.ts";
import { describeError, MoorlineError } from "../../model/errors.ts";
import { createAuthority } from "../../pki/authority.ts";
import { issueClient } from "../../pki/leaf.ts";
import { documentOf, folderWorld, type FolderWorld } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import type { World } from "../world.ts";
import { nodeTrust } from "./index.ts";
import { nodeTrustSchema } from "./schema.ts";
import { carryOut, filesOf, machineWith, planOf, signal, stepsOf, type Files } from "./testing/machine.ts";

const ecdsa = { keyType: "ECDSA_P256", validityDays: 30, now: new Date() } as const;
/** Nothing listens there: what is asked here is what becomes of the files. */
const host = "127.0.0.1:9";
const config = "/etc/containerd/config.toml";
let sources: Files;
beforeAll(async () => {
  const ca = await createAuthority({ ...ecdsa, commonName: "CA" });
  const leaf = await issueClient(ca, { ...ecdsa, commonName: "node" });
  sources = {
    "/docs/ca.crt": ca.certificatePem,
    "/docs/c.crt": leaf.chainPem,
    "/docs/c.key": leaf.privateKeyPem.reveal(),
  };
});

const documentsOf = (more: object = {}): readonly Document[] => [
  documentOf(harborRegistrySchema, "main", {
    url: `https://${host}`,
    credential: { environment: {} },
    tls: {
      ca: { file: "ca.crt" },
      clientCertificate: { files: { certificate: "c.crt", privateKey: "c.key" } },
    },
  }),
  documentOf(nodeTrustSchema, "nodes", { registry: "main", ...more }),
];

const on = (machine: FolderWorld, changed: Partial<Host>): { world: World } => ({
  world: { ...machine.world, host: { ...machine.world.host, ...changed } },
});

/** A machine whose nth change fails, and every one after it that is no undoing. */
function failingAt(
  n: number,
  machine: FolderWorld,
  code: "HOST_DISK_FULL" | "HOST_READ_ONLY",
): { world: World } {
  const { host: real } = machine.world;
  let changes = 0;
  const guard = (path: string): void => {
    if (++changes === n) throw new MoorlineError(code, { subject: path, parameters: { reason: "test" } });
  };
  return on(machine, {
    writeFile: async (path, bytes, attributes) => {
      guard(path);
      await real.writeFile(path, bytes, attributes);
    },
    remove: async (path) => {
      guard(path);
      await real.remove(path);
    },
  });
}

/** The pairs of a folder: a runtime refuses to pull with half of one. */
const halves = (files: Files): string[] => {
  const stems = (end: string): string[] =>
    Object.keys(files).flatMap((p) =>
      p.startsWith("/etc/") && p.endsWith(end) ? [p.slice(0, -end.length)] : [],
    );
  const [certificates, keys] = [stems(".cert"), stems(".key")];
  return [...certificates.filter((s) => !keys.includes(s)), ...keys.filter((s) => !certificates.includes(s))];
};

/** Fails the first change, then the second, and so on, until a run gets through. @returns how many failed */
async function failEach(tryOne: (n: number) => Promise<"failed" | "through">): Promise<number> {
  let n = 1;
  while ((await tryOne(n)) === "failed") n++;
  return n - 1;
}

describe("a change that fails half way", () => {
  test.each(["containerd", "docker", "crio"])(
    "under %s's folder is told with its path, leaves nothing of itself, and is made good by the next run",
    async (runtime) => {
      const documents = documentsOf({ runtimes: [runtime] });
      const before = { ...sources, [config]: "version = 2\n" };
      const failed = await failEach(async (n) => {
        await using machine = await machineWith(before, documents);
        const result = await carryOut(failingAt(n, machine, "HOST_DISK_FULL"), documents);
        const error = result.documents[0]?.failures[0]?.error;
        if (error === undefined) return "through";
        expect(result.ok).toBe(false);
        expect(describeError(error, "en").what).toContain(error.subject);
        expect(describeError(error, "zh-CN").remedy).toContain(error.subject);
        const between = await filesOf(machine);
        expect(halves(between)).toEqual([]);
        const isWritten = Object.keys(between).some((path) => path.includes("certs.d"));
        expect(isWritten && error.subject.includes("certs.d")).toBe(false);
        const again = await carryOut(machine, documents);
        expect(again.documents.flatMap((d) => d.failures)).toEqual([]);
        expect(stepsOf(await planOf(machine, documents))).toEqual([]);
        return "failed";
      });
      expect(failed).toBeGreaterThan(3);
    },
  );

  test("while trust is taken away leaves what it must put back, and the next run puts it back", async () => {
    const documents = documentsOf({ runtimes: ["docker"] });
    const theirs = { [`/etc/docker/certs.d/${host}/ca.crt`]: "# theirs\n" };
    const failed = await failEach(async (n) => {
      await using machine = await machineWith({ ...sources, ...theirs }, documents);
      await carryOut(machine, documents);
      const result = await carryOut(failingAt(n, machine, "HOST_READ_ONLY"), documents, "remove");
      await carryOut(machine, documents, "remove");
      expect(await filesOf(machine)).toEqual({ ...sources, ...theirs });
      return result.ok ? "through" : "failed";
    });
    expect(failed).toBeGreaterThan(3);
  });
});

/** Whether this process may mount; containers and users without rights may not. */
const canMount = ((): boolean => {
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

describe.runIf(canMount)("on a real file system of 64 KiB (needs root)", () => {
  /** Mounts a small file system on a folder of a machine, and takes it away again. */
  async function smallDisk(
    machine: FolderWorld,
    at: string,
    options: string,
    use: () => Promise<void>,
  ): Promise<void> {
    const folder = join(machine.root, at);
    mkdirSync(folder, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "none", folder]);
    try {
      await use();
    } finally {
      execFileSync("umount", [folder]);
    }
  }
  const folder = `/etc/docker/certs.d`;

  test("a full disk is told with the file and the way out, nothing stays behind, and room lets the next run end", async () => {
    const documents = documentsOf({ runtimes: ["docker"] });
    await using machine = await machineWith(sources, documents);
    await smallDisk(machine, folder, "size=64k", async () => {
      const filler = join(machine.root, folder, "filler");
      writeFileSync(filler, Buffer.alloc(60 * 1024));
      const [failure] = (await carryOut(machine, documents)).documents[0]?.failures ?? [];
      expect(failure?.error.code).toBe("HOST_DISK_FULL");
      expect(failure?.error.subject).toContain(`${folder}/${host}/`);
      expect(Object.keys(await filesOf(machine)).filter((p) => p.startsWith(folder))).toEqual([
        `${folder}/filler`,
      ]);
      writeFileSync(filler, "");
      expect((await carryOut(machine, documents)).documents[0]?.failures).toEqual([]);
    });
  });

  test("a read-only folder is told with its path, and nothing is changed", async () => {
    const documents = documentsOf({ runtimes: ["docker"] });
    await using machine = await machineWith(sources, documents);
    await smallDisk(machine, folder, "ro,size=64k", async () => {
      const [failure] = (await carryOut(machine, documents)).documents[0]?.failures ?? [];
      expect(failure?.error.code).toBe("HOST_READ_ONLY");
      expect(failure?.error.subject).toBe(`${folder}/${host}`);
      expect(await filesOf(machine)).toEqual(sources);
    });
  });
});

describe("the restart of containerd", () => {
  const restart = { command: ["service", "containerd", "restart"] };
  /** Records commands and answers each with the next of these exit codes. */
  function commanded(machine: FolderWorld, exitCodes: number[]): { world: World; ran: string[][] } {
    const ran: string[][] = [];
    const run: Host["run"] = (argv) => {
      ran.push([...argv]);
      const exitCode = exitCodes.shift() ?? 0;
      return Promise.resolve({ exitCode, stdout: "", stderr: "Unit is masked.", truncated: false });
    };
    return { ...on(machine, { run }), ran };
  }

  test("runs once where config_path had to be set, as the document says, and not again", async () => {
    const documents = documentsOf({ runtimes: ["containerd"], restart });
    await using machine = await machineWith({ ...sources, [config]: "version = 2\n" }, documents);
    const here = commanded(machine, []);
    await carryOut(here, documents);
    await carryOut(here, documents);
    expect(here.ran).toEqual([restart.command]);
  });

  test.each<[string, object]>([
    ["config_path was there", { runtimes: ["containerd"] }],
    ["the document forbids it", { runtimes: ["containerd"], restart: { containerd: "never" } }],
    ["docker alone is meant", { runtimes: ["docker"] }],
  ])("does not run where %s", async (why, more) => {
    const documents = documentsOf(more);
    const set = `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n`;
    const text = why === "config_path was there" ? set : "version = 2\n";
    await using machine = await machineWith({ ...sources, [config]: text }, documents);
    const here = commanded(machine, []);
    await carryOut(here, documents);
    expect(here.ran).toEqual([]);
  });

  test("that fails is told with its command and the way out, and the next run repeats it alone", async () => {
    const documents = documentsOf({ runtimes: ["containerd"], restart });
    await using machine = await machineWith({ ...sources, [config]: "version = 2\n" }, documents);
    const here = commanded(machine, [1]);
    const [failure] = (await carryOut(here, documents)).documents[0]?.failures ?? [];
    expect(failure?.error.code).toBe("HOST_COMMAND_FAILED");
    const said = describeError(failure?.error as MoorlineError, "en");
    expect(said.what).toContain("Unit is masked.");
    expect(said.what).toContain("service");
    expect(said.remedy).toContain("run this again");
    expect(stepsOf(await planOf(here, documents))).toEqual(["containerd/restart"]);
    await carryOut(here, documents);
    expect(here.ran.length).toBe(2);
    expect(stepsOf(await planOf(here, documents))).toEqual([]);
  });
});

describe("a containerd whose CRI is switched off", () => {
  const off = `disabled_plugins = ["cri"]\n`;

  test("is left alone beside docker, whose own it is", async () => {
    const documents = documentsOf();
    await using machine = await machineWith(
      { ...sources, [config]: off, "/etc/docker/daemon.json": "{}" },
      documents,
    );
    expect(stepsOf(await planOf(machine, documents))).toEqual(["docker/trust"]);
  });

  test.each(["cri", "io.containerd.grpc.v1.cri"])(
    "(%s) is told of where it is meant, and nothing is changed",
    async (plugin) => {
      const documents = documentsOf({ runtimes: ["containerd"] });
      const before = { ...sources, [config]: `disabled_plugins = ["${plugin}"]\n` };
      await using machine = await machineWith(before, documents);
      const plan = await planOf(machine, documents);
      expect(stepsOf(plan)).toEqual([]);
      expect(plan.documents[0]?.findings.map((f) => f.code)).toEqual(["NODE_CRI_DISABLED"]);
      expect((await carryOut(machine, documents)).ok).toBe(false);
      expect(await filesOf(machine)).toEqual(before);
    },
  );
});

test("what documents name is read where they lie, and the node's files below its root", async () => {
  const documents = documentsOf({ runtimes: ["docker"] });
  await using desk = await machineWith(sources, documents);
  await using node = await folderWorld(documents);
  const world: World = { ...node.world, documentsHost: localHost({ root: desk.root }) };
  await carryOut({ world }, documents);
  expect((await filesOf(node))[`/etc/docker/certs.d/${host}/ca.crt`]).toBe(sources["/docs/ca.crt"]);
  expect(await filesOf(desk)).toEqual(sources);
  await expect(nodeTrust.observe(documents[1] as Document, node.world, signal)).rejects.toMatchObject({
    code: "TRUST_SOURCE_MISSING",
  });
});
