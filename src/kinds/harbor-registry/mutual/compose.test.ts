import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { apply, type ApplyResult } from "../../../engine/apply.ts";
import { makePlan, type Plan } from "../../../engine/plan.ts";
import type { Document } from "../../../model/document.ts";
import { loadAuthority } from "../../../pki/authority.ts";
import { issueCrl } from "../../../pki/crl.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { directory } from "./testing/machine.ts";
import {
  at,
  clients,
  kindWith,
  lineOf,
  mutualScene,
  now,
  pair,
  server,
  signal,
  writeText,
  type MutualScene,
} from "./testing/scene.ts";

const override = `${directory}/docker-compose.override.yml`;

async function planOf(scene: MutualScene, given: Document, kind = kindWith(), remove = false): Promise<Plan> {
  return makePlan([given], [kind], scene.world, { signal, direction: remove ? "remove" : "apply" });
}

async function carryOut(scene: MutualScene, given: Document, kind = kindWith()): Promise<ApplyResult> {
  return apply(await planOf(scene, given, kind), [kind], scene.world);
}

const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const codesOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.findings.map((f) => f.code));
const errorsOf = (result: ApplyResult): string[] =>
  result.documents.flatMap((d) => d.failures.map((f) => f.error.code));
const textAt = ({ machine }: MutualScene, path: string): string =>
  readFileSync(join(machine.root, path), "utf8");

/** A scene that observes, and has seen its only node. */
async function observing(): Promise<MutualScene> {
  const scene = await mutualScene();
  expect((await carryOut(scene, scene.document("observe"))).ok).toBe(true);
  writeText(scene.machine, `${at}/log/clients.log`, lineOf({}));
  return scene;
}

describe("a docker-compose Harbor", () => {
  test.each([
    ["not one", () => undefined, 0],
    ["one", ({ machine }: MutualScene) => machine.moveFolder(), 1],
  ])(
    "is led from off to enforce and back, with %s start of its proxy in all",
    async (_many, prepare, starts) => {
      await using scene = await mutualScene();
      prepare(scene);
      expect(stepsOf(await planOf(scene, scene.document("off")))).toEqual([]);
      const first = await carryOut(scene, scene.document("enforce"));
      expect([errorsOf(first), first.ok]).toEqual([[], false]);
      expect([await scene.ask("/v2/"), await scene.ask("/v2/", pair)]).toEqual([401, 401]);
      expect(stepsOf(await planOf(scene, scene.document("enforce")))).toEqual([]);

      writeText(scene.machine, `${at}/log/clients.log`, lineOf({}));
      expect((await carryOut(scene, scene.document("enforce"))).ok).toBe(true);
      expect([await scene.ask("/v2/"), await scene.ask("/v2/", pair), await scene.ask("/")]).toEqual([
        400, 401, 200,
      ]);

      expect((await carryOut(scene, scene.document("off"))).ok).toBe(true);
      expect(await scene.ask("/v2/")).toBe(401);
      expect(stepsOf(await planOf(scene, scene.document("off")))).toEqual([]);
      expect(scene.machine.starts()).toBe(starts);
    },
  );

  test("goes on as it was when its container is made anew, with and without what prepare wipes", async () => {
    for (const wipe of [false, true]) {
      await using scene = await observing();
      expect((await carryOut(scene, scene.document("enforce"))).ok).toBe(true);
      if (wipe) for (const path of filesBelow(scene)) rmSync(path);
      expect(
        (await scene.machine.host.run(["docker", "compose", "up"], { timeoutMs: 1000, signal })).exitCode,
      ).toBe(0);
      expect(scene.machine.starts()).toBe(1);
      expect([await scene.ask("/v2/"), await scene.ask("/v2/", pair)]).toEqual([400, 401]);
      expect(stepsOf(await planOf(scene, scene.document("enforce")))).toEqual([]);
      // What was learnt before counts on.
      expect(codesOf(await planOf(scene, scene.document("enforce")))).not.toContain("MUTUAL_TLS_NODE_UNSEEN");
      expect((await carryOut(scene, scene.document("off"))).ok).toBe(true);
      expect(await scene.ask("/v2/")).toBe(401);
    }
  });

  test("is told when its container has another folder than it seems", async () => {
    await using scene = await mutualScene();
    const { host } = scene.machine;
    const blind = {
      ...host,
      run: (...[argv, how]: Parameters<typeof host.run>) =>
        argv[1] === "exec" && argv[3] === "cat"
          ? Promise.resolve({ exitCode: 1, stdout: "", stderr: "", truncated: false })
          : host.run(argv, how),
    };
    const world = {
      ...scene.world,
      host: blind,
      documentsHost: blind,
      openHost: () => Promise.resolve(blind),
    };
    const given = scene.document("observe");
    const plan = await makePlan([given], [kindWith()], world, { signal });
    const result = await apply(plan, [kindWith()], world);
    expect(errorsOf(result)).toEqual(["MUTUAL_TLS_PUT_BACK"]);
    expect(filesBelow(scene)).toEqual([]);
    expect(scene.machine.starts()).toBe(0);
  });

  test.each<[string, (scene: MutualScene) => void | Promise<unknown>]>([
    ["the CA is gone and nginx has died of it", (s) => (remove(s, "nginx/ca.pem"), s.machine.restart())],
    ["nginx refuses whatever it finds", (s) => s.machine.breakNginx(true)],
    ["our files are somebody else's", (s) => writeText(s.machine, `${at}/nginx/http.conf`, "nonsense {")],
    ["Moorline's own certificate is gone", (s) => rmSync(join(s.machine.root, "docs/client.crt"))],
    ["the entries are gone", (s) => remove(s, "entries/harbor.https.moorline.conf")],
    ["the override can not be read", (s) => writeText(s.machine, override, "services:\n\t- x")],
  ])("goes back in one step, when %s", async (_what, damage) => {
    await using scene = await observing();
    expect((await carryOut(scene, scene.document("enforce"))).ok).toBe(true);
    await damage(scene);
    const off = scene.document("off");
    const plain = { ...off, spec: { ...(off.spec as object) } };
    const unreachable = kindWith(() => false);
    const plan = await planOf(scene, plain, unreachable);
    expect([stepsOf(plan), codesOf(plan)]).toEqual([["mutual-tls"], ["HARBOR_NOT_REACHED_FOR_NOW"]]);
    expect(errorsOf(await apply(plan, [unreachable], scene.world))).toEqual([]);
    expect(await scene.ask("/v2/")).toBe(401);
  });

  test("gets back what it had when the proxy does not come up with the mounts", async () => {
    await using scene = await mutualScene();
    scene.machine.moveFolder();
    const theirs = "# theirs\nservices:\n  core: {labels: {a: b}}\n";
    writeText(scene.machine, override, theirs);
    scene.machine.breakCompose(true);
    expect(errorsOf(await carryOut(scene, scene.document("observe")))).toEqual(["MUTUAL_TLS_NOT_PUT_BACK"]);
    expect(textAt(scene, override)).toBe(theirs);
    scene.machine.breakCompose(false);
    expect((await carryOut(scene, scene.document("observe"))).ok).toBe(true);
    expect(textAt(scene, override)).toContain("# theirs");
  });

  test.each<[string, (scene: MutualScene, how: boolean) => void]>([
    ["nginx refuses the files", (s, how) => s.machine.breakNginx(how)],
    ["Harbor does not answer through them", (s, how) => s.machine.breakService(how)],
  ])("serves as before when %s, and is told so once", async (_what, breaking) => {
    await using scene = await mutualScene();
    await carryOut(scene, scene.document("observe"));
    expect((await carryOut(scene, scene.document("off"))).ok).toBe(true);
    breaking(scene, true);
    expect(errorsOf(await carryOut(scene, scene.document("observe")))).toEqual(["MUTUAL_TLS_PUT_BACK"]);
    expect(existsSync(join(scene.machine.root, at, "nginx/server.conf"))).toBe(false);
    expect(await scene.ask("/v2/")).toBe(401);
    breaking(scene, false);
    expect((await carryOut(scene, scene.document("observe"))).ok).toBe(true);
  });

  test("is not enforced for nodes that were seen before anybody asked them, or came without", async () => {
    await using scene = await observing();
    writeText(scene.machine, `${at}/log/clients.log`, lineOf({}) + lineOf({ v: "NONE", u: "docker/20.10" }));
    const plan = await planOf(scene, scene.document("enforce"));
    expect([stepsOf(plan), codesOf(plan)]).toEqual([
      [],
      expect.arrayContaining([
        "MUTUAL_TLS_NODE_WITHOUT_CERTIFICATE",
        "MUTUAL_TLS_WAITS",
        "MUTUAL_TLS_CLIENTS_WITHOUT_CERTIFICATE",
      ]),
    ]);
  });

  test("keeps what a long log told when it is emptied", async () => {
    await using scene = await observing();
    writeText(scene.machine, `${at}/log/clients.log`, lineOf({}).repeat(40_000));
    expect(stepsOf(await planOf(scene, scene.document("observe")))).toEqual(["mutual-tls/log"]);
    expect((await carryOut(scene, scene.document("observe"))).ok).toBe(true);
    expect(textAt(scene, `${at}/log/clients.log`)).toBe("");
    expect(stepsOf(await planOf(scene, scene.document("enforce")))).toEqual(["mutual-tls"]);
  });

  test("reads what logrotate put aside, and says where nobody bounds the log", async () => {
    await using scene = await observing();
    const log = `${at}/log/clients.log`;
    writeText(scene.machine, `${log}.1`, lineOf({}));
    writeText(scene.machine, log, "");
    expect(stepsOf(await planOf(scene, scene.document("enforce")))).toEqual(["mutual-tls"]);
    truncateSync(join(scene.machine.root, `${log}.1`), 65 * 1024 * 1024);
    const plan = await planOf(scene, scene.document("observe"));
    expect([stepsOf(plan), codesOf(plan)]).toEqual([
      ["mutual-tls/log"],
      expect.arrayContaining(["MUTUAL_TLS_LOG_GROWS"]),
    ]);
    expect((await carryOut(scene, scene.document("observe"))).ok).toBe(true);
    expect(codesOf(await planOf(scene, scene.document("observe")))).not.toContain("MUTUAL_TLS_LOG_GROWS");
  });

  test("is given a revocation list, a new one when it changes, and none that would refuse everybody", async () => {
    await using scene = await observing();
    const authority = await loadAuthority(clients.certificate, new Sensitive(clients.key));
    const day = 86_400_000;
    const listed = async (number: bigint, begin: number, end: number): Promise<void> => {
      const pem = await issueCrl(authority, {
        number,
        revoked: [{ serialNumber: "0a", date: now, reason: "unspecified" }],
        now: new Date(now.getTime() + begin * day),
        nextUpdate: new Date(now.getTime() + end * day),
      });
      writeText(scene.machine, "/docs/crl.pem", pem);
    };
    const given = scene.document("observe", { revocationList: { file: "crl.pem" } });
    const missing = await planOf(scene, given);
    expect([stepsOf(missing), codesOf(missing)]).toEqual([
      [],
      expect.arrayContaining(["MUTUAL_TLS_LIST_MISSING"]),
    ]);
    await listed(1n, -20, -1);
    expect(codesOf(await planOf(scene, given))).toContain("MUTUAL_TLS_LIST_EXPIRED");
    await listed(2n, -1, 7);
    expect((await carryOut(scene, given)).ok).toBe(true);
    expect(textAt(scene, `${at}/nginx/server.conf`)).toContain("ssl_crl");
    const kept = textAt(scene, `${at}/nginx/crl.pem`);
    await listed(3n, -20, -1);
    expect([stepsOf(await planOf(scene, given)), textAt(scene, `${at}/nginx/crl.pem`)]).toEqual([[], kept]);
    await listed(4n, 0, 14);
    expect(stepsOf(await planOf(scene, given))).toEqual(["mutual-tls"]);
    const two = scene.document("observe", {
      revocationList: { file: "crl.pem" },
      clientAuthority: [{ pem: clients.certificate }, { file: "/docs/other.pem" }],
    });
    writeText(scene.machine, "/docs/other.pem", server.certificate);
    expect(codesOf(await planOf(scene, two))).toContain("MUTUAL_TLS_LIST_INCOMPLETE");
    expect((await carryOut(scene, two)).ok).toBe(true);
    expect(existsSync(join(scene.machine.root, at, "nginx/crl.pem"))).toBe(false);
  });

  test("keeps a CA that the document names no more until its clients have moved", async () => {
    await using scene = await observing();
    const only = (authority: string) => scene.document("enforce", { clientAuthority: [{ pem: authority }] });
    expect((await carryOut(scene, scene.document("enforce"))).ok).toBe(true);
    const held = await planOf(scene, only(server.certificate));
    expect(codesOf(held)).toContain("MUTUAL_TLS_AUTHORITY_IN_USE");
    await carryOut(scene, only(server.certificate));
    expect(await scene.ask("/v2/", pair)).toBe(401);
    expect(stepsOf(await planOf(scene, only(server.certificate)))).toEqual([]);
    const later = { i: "CN=Server CA", n: "2000", t: now.getTime() / 1000 };
    writeText(scene.machine, `${at}/log/clients.log`, lineOf({}) + lineOf(later));
    const moved = await planOf(scene, only(server.certificate));
    expect([stepsOf(moved), codesOf(moved)]).toEqual([
      ["mutual-tls"],
      expect.not.arrayContaining(["MUTUAL_TLS_AUTHORITY_IN_USE"]),
    ]);
  });

  test("is left without a trace", async () => {
    await using scene = await observing();
    const plan = await planOf(scene, scene.document("observe"), kindWith(), true);
    expect(stepsOf(plan)).toEqual(["mutual-tls", "mutual-tls/unmount"]);
    expect(errorsOf(await apply(plan, [kindWith()], scene.world))).toEqual([]);
    expect([
      existsSync(join(scene.machine.root, at)),
      existsSync(join(scene.machine.root, override)),
      filesBelow(scene),
    ]).toEqual([false, false, []]);
  });
});

/** Everything in the folder that Harbor itself mounts. */
function filesBelow({ machine }: MutualScene): readonly string[] {
  const folder = join(machine.root, directory, "common/config");
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function remove({ machine }: MutualScene, path: string): void {
  rmSync(join(machine.root, at, path));
}
