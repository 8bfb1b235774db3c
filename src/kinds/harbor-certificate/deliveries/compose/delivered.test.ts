import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { apply } from "../../../../engine/apply.ts";
import { makePlan } from "../../../../engine/plan.ts";
import { composeMachine, type ComposeMachine } from "./testing/machine.ts";
import { applied, expectOurs, idsOf, kinds, planOf, snapshot } from "./testing/runs.ts";

// Each starts a dozen small programs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

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
    for (let day = 1; day <= 7; day++)
      await machine.run("mkdir", "-p", join(machine.directory, `moorline-backups/2026-01-0${day}T00-00-00Z`));
    await applied(machine.document(), machine);
    const kept = (await readdir(join(machine.directory, "moorline-backups"))).filter((n) => /^\d{4}/.test(n));
    expect(kept).toHaveLength(5);
    expect(kept.at(-1)).toBe("2026-06-01T00-00-00Z");
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

test("destroy leaves Harbor its certificate, says so, and takes only the backups", async () => {
  await using machine = await composeMachine();
  await applied(machine.document(), machine);
  const shown = await machine.shown();
  const before = await snapshot(machine);
  const plan = await makePlan([machine.document()], kinds, machine.world, {
    signal: new AbortController().signal,
    direction: "remove",
  });
  const result = await apply(plan, kinds, machine.world);
  expect(result.documents.flatMap((d) => d.failures)).toEqual([]);
  expect(plan.documents.flatMap((d) => d.findings.map((f) => f.code))).toContain("COMPOSE_CERTIFICATE_STAYS");
  expect(await machine.shown()).toEqual(shown);
  expect(await snapshot(machine)).toEqual(before);
  expect(await readdir(machine.directory)).not.toContain("moorline-backups");
});
