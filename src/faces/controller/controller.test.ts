import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { NewObject, Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { kinds } from "../../kinds/registry.ts";
import { registrySpec, startStage, type ControllerStage } from "./testing/stage.ts";

const never = new AbortController().signal;
const limit = { timeout: 60_000, interval: 20 };
const patience = 90_000;

let stage: ControllerStage;
beforeAll(async () => {
  stage = await startStage();
}, patience);
afterAll(() => stage[Symbol.asyncDispose]());

const stops: (() => Promise<void>)[] = [];
const start = (identity: string) => {
  const controller = stage.start(identity);
  stops.push(() => controller.stop());
  return controller;
};
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const bind = (workspace: string, spec: object = {}) =>
  stage.put("ProjectBinding", workspace, {
    registry: "main",
    projects: { workspace },
    harborProject: { name: `${workspace}-images` },
    ...spec,
  });

describe("the controller", () => {
  test(
    "makes documents true in whatever order they come, and says so",
    async () => {
      start("one");
      await stage.addProject("early", "first");
      await bind("first");
      await stage.until("ProjectBinding", "first", "Ready", "False", "DOCUMENT_REFERENCE_MISSING");
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await stage.until("HarborRegistry", "main", "Ready", "True");
      await stage.until("ProjectBinding", "first", "Ready", "True");
      expect(await stage.isLinked("early")).toBe(true);
      const hasDates = async (): Promise<boolean> =>
        (await stage.status("ProjectBinding", "first"))?.dueDates?.ok === 1;
      await vi.waitUntil(hasDates, limit);
      const status = await stage.status("ProjectBinding", "first");
      expect(status).toMatchObject({ observedGeneration: 1, failing: 0, projects: { bound: 1, failing: 0 } });
      expect(Object.fromEntries((status?.conditions ?? []).map((c) => [c.type, c.status]))).toEqual({
        Ready: "True",
        Progressing: "False",
        Proved: "True",
        Stalled: "False",
      });
      const isTold = async (): Promise<boolean> =>
        (await stage.events("first")).some((e) => e.reason === "Applied");
      await vi.waitUntil(isTold, limit);
    },
    patience,
  );

  test(
    "gives a new project its secret, and takes the robot of one that is deleted",
    async () => {
      start("one");
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await bind("second");
      await stage.until("ProjectBinding", "second", "Ready", "True");
      await stage.addProject("newcomer", "second");
      await vi.waitUntil(() => stage.isLinked("newcomer"), limit);
      await vi.waitUntil(async () => (await stage.robotsOf("second-images")).includes("newcomer"), limit);
      await stage.client.delete(resources.namespaces, { name: "newcomer" }, { signal: never });
      await vi.waitUntil(async () => (await stage.robotsOf("second-images")).length === 0, limit);
      expect(await stage.robotsOf("second-images")).toEqual([]);
    },
    patience,
  );

  test(
    "follows a project that moves to another workspace, and mends what somebody deleted",
    async () => {
      start("one");
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await bind("from");
      await bind("to");
      // A binding that is left with no project at all keeps what it has: more often than not its selector is wrong.
      await stage.addProject("stayer", "from");
      await stage.addProject("mover", "from");
      await vi.waitUntil(() => stage.isLinked("mover"), limit);
      const label = { metadata: { labels: { "kubesphere.io/workspace": "to" } } };
      await stage.client.patch(resources.namespaces, { name: "mover" }, "merge", label, { signal: never });
      await vi.waitUntil(
        async () =>
          !(await stage.robotsOf("from-images")).includes("mover") &&
          (await stage.robotsOf("to-images")).includes("mover"),
        limit,
      );
      await vi.waitUntil(() => stage.isLinked("mover"), limit);
      await stage.client.delete(resources.secrets, { namespace: "mover", name: "harbor" }, { signal: never });
      await vi.waitUntil(() => stage.hasSecret("mover"), limit);
      expect(await stage.robotsOf("from-images")).toEqual(["stayer"]);
    },
    patience,
  );

  test(
    "takes away what a document brought before it lets the document go, and what others refer to last",
    async () => {
      start("one");
      await stage.put("HarborRegistry", "leaving", registrySpec(stage));
      await bind("third", { registry: "leaving" });
      await stage.addProject("left", "third");
      await vi.waitUntil(() => stage.isLinked("left"), limit);
      await stage.until("ProjectBinding", "third", "Ready", "True");
      await Promise.all([stage.remove("HarborRegistry", "leaving"), stage.remove("ProjectBinding", "third")]);
      expect(await stage.hasSecret("left")).toBe(false);
      expect(await stage.robotsOf("third-images")).toEqual([]);
    },
    patience,
  );

  test(
    "says what a pod can not have",
    async () => {
      start("one");
      await stage.put("HarborRegistry", "of-files", {
        ...registrySpec(stage),
        credential: { file: { path: "harbor.txt" } },
      });
      await stage.until("HarborRegistry", "of-files", "Stalled", "True", "CONTROLLER_NO_FILES");
      await stage.put("HarborRegistry", "of-environment", {
        ...registrySpec(stage),
        credential: { environment: {} },
      });
      await stage.until("HarborRegistry", "of-environment", "Stalled", "True", "CONTROLLER_NO_ENVIRONMENT");
      for (const name of ["of-files", "of-environment"]) {
        const message = JSON.stringify(await stage.status("HarborRegistry", name));
        expect(message).toContain("Secret");
      }
    },
    patience,
  );

  test(
    "lives through an API server that is down, and versions that are gone",
    async () => {
      start("one");
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await bind("fourth");
      await stage.until("ProjectBinding", "fourth", "Ready", "True");
      const { faults } = stage.plant.kubernetes;
      faults.endWatchAfterEvents = 1;
      await stage.addProject("bumpy", "fourth");
      faults.refuseNext = { code: 503, times: 20 };
      await vi.waitUntil(async () => faults.refuseNext?.times === 0, limit);
      faults.endWatchAfterEvents = undefined;
      await vi.waitUntil(() => stage.isLinked("bumpy"), limit);
      await stage.until("ProjectBinding", "fourth", "Ready", "True");
      expect(await stage.robotsOf("fourth-images")).toEqual(["bumpy"]);
    },
    patience,
  );

  test(
    "hands over to the next replica, which goes on where the first one stopped",
    async () => {
      const first = start("first");
      const leads = (of: typeof first): boolean => / 1$/m.test(of.metrics.leader.text());
      await vi.waitUntil(() => leads(first), limit);
      const second = start("second");
      await vi.waitUntil(() => second.isReady(), limit);
      expect(leads(second)).toBe(false);
      await first.stop();
      await bind("fifth");
      await stage.addProject("handed", "fifth");
      await vi.waitUntil(() => leads(second), limit);
      await vi.waitUntil(() => stage.isLinked("handed"), limit);
    },
    patience,
  );

  test(
    "cuts off what still waits when its grace is over, and leaves the lease free",
    async () => {
      const waiting = Promise.withResolvers<void>();
      const endless = kinds.map((kind) => ({
        ...kind,
        verify: async (...[, , signal]: Parameters<typeof kind.verify>) => {
          waiting.resolve();
          await once(signal, "abort");
          signal.throwIfAborted();
          return [];
        },
      }));
      const controller = stage.start("slow", { kinds: endless, stopGraceMs: 100 });
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await waiting.promise;
      await controller.stop();
      const at = { namespace: "default", name: "moorline-controller" };
      const lease = await stage.client.get<NewObject & { spec?: { holderIdentity?: string } }>(
        resources.leases,
        at,
        never,
      );
      expect(lease?.spec?.holderIdentity ?? "").toBe("");
    },
    patience,
  );

  test(
    "notices at once that a Secret which a document names has changed",
    async () => {
      start("one");
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await stage.until("HarborRegistry", "main", "Ready", "True");
      const at = { namespace: "default", name: "harbor-account" };
      const { data = {} } = (await stage.client.get<Secret>(resources.secrets, at, never)) ?? {};
      const write = (password: string): Promise<unknown> =>
        stage.client.patch(resources.secrets, at, "merge", { data: { password } }, { signal: never });
      await write(Buffer.from("not the password").toString("base64"));
      await stage.until("HarborRegistry", "main", "Ready", "False");
      expect(await stage.status("HarborRegistry", "main")).toMatchObject({ failing: 1 });
      await write(data["password"] ?? "");
      await stage.until("HarborRegistry", "main", "Ready", "True");
    },
    patience,
  );

  test(
    "works without a kind that the cluster has no definition of, says which, and takes it up when it comes",
    async () => {
      const definitions = resources.customResourceDefinitions;
      const at = { name: "proxycaches.moorline.io" };
      const found = await stage.client.get<NewObject & { spec: unknown }>(definitions, at, never);
      await stage.client.delete(definitions, at, { signal: never });
      await vi.waitUntil(async () => (await stage.client.get(definitions, at, never)) === undefined, limit);
      const controller = start("one");
      await vi.waitUntil(() => controller.isReady(), limit);
      expect(controller.missingKinds()).toEqual(["ProxyCache"]);
      expect(stage.troubles.some((t) => t.includes("no definition of proxycaches.moorline.io"))).toBe(true);
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await stage.until("HarborRegistry", "main", "Ready", "True");
      await stage.client.create(definitions, { metadata: at, spec: found?.spec } as never, { signal: never });
      await vi.waitUntil(() => controller.missingKinds().length === 0, limit);
    },
    patience,
  );

  test(
    "shows what it did in its metrics, and no secret",
    async () => {
      const { metrics, refresh } = start("one");
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await stage.until("HarborRegistry", "main", "Ready", "True");
      await bind("sixth");
      await stage.until("ProjectBinding", "sixth", "Ready", "True");
      refresh();
      const text = Object.values(metrics)
        .map((m) => m.text())
        .join("");
      expect(text).toMatch(
        /moorline_reconcile_seconds_count\{extent="all",kind="HarborRegistry",result="(un)?changed"\} \d+/,
      );
      expect(text).toMatch(/moorline_ready\{document="ProjectBinding\/sixth"\} 1/);
      expect(text).toMatch(
        /moorline_api_calls_total\{result="ok",server="kubernetes",verb="applyStatus"\} \d+/,
      );
      expect(text).not.toContain("Sandbox-Admin");
    },
    patience,
  );
});
