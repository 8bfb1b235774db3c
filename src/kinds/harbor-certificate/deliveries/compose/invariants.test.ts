import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Host } from "../../../../clients/host/host.ts";
import { apply } from "../../../../engine/apply.ts";
import { makePlan } from "../../../../engine/plan.ts";
import { describeInvariants, type Scene } from "../../../../engine/testing/invariants.ts";
import type { World } from "../../../world.ts";
import { harborCertificate } from "../../index.ts";
import { composeMachine, type ComposeMachine } from "./testing/machine.ts";

vi.setConfig({ testTimeout: 120_000 });

const kinds = [harborCertificate];
const signal = new AbortController().signal;

const restart = (m: ComposeMachine, tool: "v1" | "v2"): Promise<void> => {
  const words = ["-f", join(m.directory, "docker-compose.yml"), "restart", "proxy"];
  return tool === "v1" ? m.run("docker-compose", ...words) : m.run("docker", "compose", ...words);
};

interface State {
  readonly harbor: "https" | "http";
  readonly compose: "v1" | "v2";
  readonly spoilt: "nothing" | "key" | "prepared" | "crashed" | "source";
}

const states: fc.Arbitrary<State> = fc.record({
  harbor: fc.constantFrom("https", "http"),
  compose: fc.constantFrom("v1", "v2"),
  spoilt: fc.constantFrom("nothing", "key", "prepared", "crashed", "source"),
});

async function spoil(m: ComposeMachine, { harbor, compose, spoilt }: State): Promise<void> {
  if (harbor === "http") return;
  if (spoilt === "prepared") await m.run(join(m.directory, "prepare"));
  if (spoilt === "source") await rm(join(m.root, "certificates/harbor.key"));
  if (spoilt === "key" || spoilt === "crashed")
    await writeFile(join(m.data, "secret/cert/server.key"), "half");
  if (spoilt === "crashed") await restart(m, compose);
}

async function scene(state: State): Promise<Scene<World>> {
  const m = await composeMachine(state);
  await spoil(m, state);
  const read = async (path: string): Promise<string> => (await readFile(path, "utf8").catch(() => "")).trim();
  return {
    world: m.world,
    documents: [m.document()],
    works: async () => (await m.shown()).leaf !== undefined,
    snapshot: async () => {
      const yml = await read(join(m.directory, "harbor.yml"));
      const served = await read(join(m.data, "secret/cert/server.crt"));
      const source = /^ {2}certificate: (.*)$/m.exec(yml)?.[1] ?? "";
      return {
        yml: yml.replaceAll(m.root, "").replaceAll(String(m.port), ""),
        isShown: (await m.shown()).chain.startsWith(served.slice(0, served.indexOf("-----END"))),
        isKept: (await read(source)) === served,
        proxy: await read(join(m.root, "state/proxy")),
        pending: await read(join(m.directory, "moorline-backups/pending.json")),
      };
    },
    secrets: async () => {
      const keys = await Promise.all(
        ["data/secret/cert/server.key", "docs/ca/ca.pem"].map((path) => read(join(m.root, path))),
      );
      const bodies = keys.map((key) => key.split("\n")[1] ?? "").filter((line) => line.length > 20);
      return [...bodies, "Harbor12345", "root123"];
    },
    [Symbol.asyncDispose]: () => m[Symbol.asyncDispose](),
  };
}

describeInvariants("HarborCertificate at a docker-compose Harbor", {
  kinds,
  states,
  scene,
  runs: 2,
  timeoutMs: 120_000,
});

/** A machine that dies at its nth change: that one and all later calls fail, as when the power is cut. */
function dyingAt(nth: number): (host: Host) => Host {
  let left = nth;
  const dead = (): never => {
    throw new Error("the power is cut");
  };
  const change = <T>(work: () => Promise<T>): Promise<T> => (left-- > 0 ? work() : dead());
  const look = <T>(work: () => Promise<T>): Promise<T> => (left > 0 ? work() : dead());
  const isLook = (argv: readonly string[]): boolean =>
    ["ps", "inspect", "version", "cat", "-t"].some((word) => argv.includes(word));
  return (host) => ({
    ...host,
    readFile: (...given) => look(() => host.readFile(...given)),
    stat: (...given) => look(() => host.stat(...given)),
    list: (...given) => look(() => host.list(...given)),
    writeFile: (...given) => change(() => host.writeFile(...given)),
    overwriteInPlace: (...given) => change(() => host.overwriteInPlace(...given)),
    remove: (...given) => change(() => host.remove(...given)),
    makeDirectory: (...given) => change(() => host.makeDirectory(...given)),
    run: (argv, options) => (isLook(argv) ? look : change)(() => host.run(argv, options)),
  });
}

test.each(["https", "http"] as const)(
  "a power cut at any change on a machine with Harbor on %s, and a restart of nginx right then: the next run ends it",
  async (harbor) => {
    const never = Number.MAX_SAFE_INTEGER;
    let changes = 0;
    {
      await using m = await composeMachine({ harbor });
      let left = never;
      m.through((host) => {
        const counted = dyingAt(never)(host);
        return new Proxy(counted, {
          get: (target, name: keyof Host) => {
            if (["writeFile", "overwriteInPlace", "remove", "makeDirectory"].includes(name)) left--;
            return target[name];
          },
        });
      });
      await apply(await makePlan([m.document()], kinds, m.world, { signal }), kinds, m.world);
      changes = never - left + 6;
    }
    // Every ninth: each runs Harbor through a whole delivery twice. The rig's test takes every write of a pair.
    for (let cut = harbor === "https" ? 1 : 2; cut <= changes; cut += 9) {
      await using m = await composeMachine({ harbor });
      m.through(dyingAt(cut));
      await apply(await makePlan([m.document()], kinds, m.world, { signal }), kinds, m.world).catch(
        () => undefined,
      );
      await rm(join(m.directory, "moorline-backups/lock"), { recursive: true, force: true });
      if ((await m.read(join(m.root, "state/proxy")).catch(() => "")) !== "") await restart(m, "v2");
      m.through((host) => host);
      const again = await apply(await makePlan([m.document()], kinds, m.world, { signal }), kinds, m.world);
      const failures = again.documents.flatMap((d) => d.failures.map((f) => f.error.message));
      expect([cut, failures, again.ok]).toEqual([cut, [], true]);
      expect((await makePlan([m.document()], kinds, m.world, { signal })).documents[0]?.steps).toEqual([]);
    }
  },
);
