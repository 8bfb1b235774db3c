import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { TestPair } from "../../../../clients/http/testing/certificates.ts";
import type { Deployment, Secret } from "../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import { apply, type ApplyResult } from "../../../../engine/apply.ts";
import { makePlan, type Plan } from "../../../../engine/plan.ts";
import { describeInvariants, type Scene } from "../../../../engine/testing/invariants.ts";
import type { World } from "../../../world.ts";
import { harborCertificate } from "../../index.ts";
import { harborCertificateSchema } from "../../schema.ts";
import { startCluster, type TestCluster } from "../../testing/cluster.ts";
import { documentOf, folderWorld, type FolderWorld } from "../../testing/world.ts";
import { servedAt } from "./served.ts";
import { startFront, type Front } from "./testing/front.ts";
import { autoSecretOf, installRelease, nginxOf, type TestRelease } from "./testing/release.ts";

const { signal } = new AbortController();
const kinds = [harborCertificate];
let cluster: TestCluster;
/** What a release serves before anything is delivered. */
let first: TestPair;
beforeAll(async () => {
  cluster = await startCluster();
  first = cluster.authority.issue({ san: "DNS:localhost" });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Stage extends AsyncDisposable {
  readonly machine: FolderWorld;
  readonly front: Front;
  readonly release: TestRelease;
  readonly document: ReturnType<typeof documentFor>;
  secret(name?: string): Promise<Secret | undefined>;
  upgrade(change: Partial<TestRelease>): Promise<void>;
}

const documentFor = (release: TestRelease, port: number, more: object = {}) =>
  documentOf(harborCertificateSchema, "main", {
    issuer: { ownAuthority: { directory: "ca" } },
    hosts: ["localhost"],
    deliver: {
      helm: {
        namespace: release.namespace,
        release: release.release,
        url: `https://localhost:${port}`,
        ...more,
      },
    },
  });

/** A cluster's namespace with a release in it, and what serves it. */
async function stage(given: Partial<TestRelease> = {}, more: object = {}): Promise<Stage> {
  const namespace = await cluster.namespace();
  const release: TestRelease = {
    namespace,
    release: "harbor",
    expose: "nodePort",
    tls: true,
    certSource: "secret",
    secretName: "harbor-cert",
    externalUrl: "https://localhost",
    recorded: true,
    password: "Harbor12345-of-the-test",
    ...given,
  };
  const { client } = cluster;
  const front = await startFront({ client, namespace, first });
  await installRelease(client, release);
  const document = documentFor(release, front.port, more);
  const machine = await folderWorld([document], { kubernetes: client });
  return {
    machine,
    front,
    release,
    document,
    secret: (name = "harbor-cert") => client.get<Secret>(resources.secrets, { namespace, name }, signal),
    upgrade: (change) => installRelease(client, { ...release, ...change }),
    [Symbol.asyncDispose]: async () => {
      await front[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
    },
  };
}

const planOf = ({ document, machine }: Stage, direction: "apply" | "remove" = "apply"): Promise<Plan> =>
  makePlan([document], kinds, machine.world, { direction, signal });
const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const codesOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.findings.map((f) => f.code));
const carryOut = async (on: Stage, direction: "apply" | "remove" = "apply"): Promise<ApplyResult> =>
  apply(await planOf(on, direction), kinds, on.machine.world);
const problemsOf = ({ documents }: ApplyResult): unknown[] =>
  documents.flatMap((d) => [...d.failures.map((f) => f.error.code), ...d.proofs.filter((p) => !p.ok)]);
const days = (count: number): Date => new Date(Date.parse("2026-06-01T00:00:00Z") + count * 86_400_000);

describe("a certificate for a Harbor of its Helm chart", () => {
  test("is written, and the chart's own nginx is replaced once and serves it; a second run plans nothing", async () => {
    await using on = await stage();
    const plan = await planOf(on);
    const name = `${on.release.namespace}/${nginxOf(on.release)}`;
    const restart = plan.documents[0]?.steps.find((s) => s.id === `restart/${name}`);
    expect(restart?.change).toBe("restart");
    expect(restart?.interrupts?.key).toBe("helm.interruptsNginx");
    expect(restart?.after).toEqual([`helm/${on.release.namespace}/harbor-cert`]);
    expect(problemsOf(await carryOut(on))).toEqual([]);
    expect(on.front.restarts()).toBe(1);
    expect((await on.secret())?.type).toBe("kubernetes.io/tls");
    expect(Object.keys((await on.secret())?.data ?? {}).sort()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
    expect(stepsOf(await planOf(on))).toEqual([]);
  });

  test("renewed, is written again and the pods are replaced again", async () => {
    await using on = await stage();
    await carryOut(on);
    on.machine.at(days(61));
    const { namespace } = on.release;
    expect(stepsOf(await planOf(on))).toEqual([
      "certificate/server",
      `helm/${namespace}/harbor-cert`,
      `restart/${namespace}/harbor-nginx`,
    ]);
    expect(problemsOf(await carryOut(on))).toEqual([]);
    expect(on.front.restarts()).toBe(2);
    expect(stepsOf(await planOf(on))).toEqual([]);
  });

  test("restarts nothing that serves it already", async () => {
    await using on = await stage();
    await carryOut(on);
    // Somebody reinstalls the release: its pods come up with what is in the Secret, and without our annotation.
    await cluster.client.delete(
      resources.deployments,
      { namespace: on.release.namespace, name: "harbor-nginx" },
      { signal },
    );
    await on.upgrade({});
    await expect.poll(() => on.front.restarts()).toBe(2);
    expect(stepsOf(await planOf(on))).toEqual([]);
  });

  test("behind an ingress, is served without a restart", async () => {
    await using on = await stage({ expose: "ingress" });
    expect(stepsOf(await planOf(on))).toEqual([
      "authority",
      "certificate/server",
      `helm/${on.release.namespace}/harbor-cert`,
    ]);
    expect(problemsOf(await carryOut(on))).toEqual([]);
    expect(stepsOf(await planOf(on))).toEqual([]);
  });

  test.for([
    ["ingress", true],
    ["ingress", false],
    ["nodePort", true],
    ["nodePort", false],
  ] as const)(
    "a chart that makes its certificates itself is reported (%s, recorded by Helm: %s), and its Secret left alone",
    async ([expose, recorded]) => {
      await using on = await stage({ certSource: "auto", expose, recorded });
      const plan = await planOf(on);
      expect(codesOf(plan)).toEqual(["HELM_CERTIFICATES_AUTO"]);
      expect(stepsOf(plan)).toContain(`helm/${on.release.namespace}/harbor-tls`);
      const result = await apply(plan, kinds, on.machine.world);
      expect(result.ok).toBe(false);
      expect(await on.secret(autoSecretOf(on.release))).toBeUndefined();
      // What the finding says to do.
      await on.upgrade({ certSource: "secret", secretName: "harbor-tls" });
      expect(problemsOf(await carryOut(on))).toEqual([]);
      expect(stepsOf(await planOf(on))).toEqual([]);
    },
  );

  test.for([
    ["HELM_TLS_OFF", { tls: false }],
    ["HELM_TLS_ENDS_ELSEWHERE", { expose: "ingress", certSource: "none" }],
    ["HELM_TLS_ENDS_ELSEWHERE", { expose: "route" }],
    ["HELM_TLS_ENDS_ELSEWHERE", { expose: "route", recorded: false }],
  ] as const)("%s is said of a release with %o", async ([code, release]) => {
    await using on = await stage(release);
    expect(codesOf(await planOf(on))).toEqual([code]);
  });

  test("a release that uses another Secret than the document names is told of", async () => {
    await using on = await stage({}, { secretName: "elsewhere" });
    const plan = await planOf(on);
    expect(codesOf(plan)).toEqual(["HELM_OTHER_SECRET"]);
    expect(stepsOf(plan).filter((id) => id.startsWith("restart/"))).toEqual([]);
  });

  test("a release that is not there yet finds its Secret when it comes, and the values are rendered", async () => {
    await using on = await stage();
    const document = documentFor({ ...on.release, release: "later" }, on.front.port, { caBundle: true });
    const plan = await makePlan([document], kinds, on.machine.world, { signal });
    expect(codesOf(plan)).toEqual(["HELM_RELEASE_NOT_FOUND"]);
    await apply(plan, kinds, on.machine.world);
    expect((await on.secret("later-tls"))?.data?.["tls.crt"]).toBeDefined();
    on.machine.give([document]);
    const files = await harborCertificate.render?.(document, on.machine.world, signal);
    const text = files?.find((f) => f.path === "helm/later-values.yaml")?.text ?? "";
    expect(text).toContain("certSource: secret");
    expect(text).toContain("secretName: later-tls");
    expect(text).toContain("caBundleSecretName: later-tls");
  });

  test("a Secret that somebody else made stays, unless takeOver says so; then its type stays", async () => {
    await using on = await stage();
    const { namespace } = on.release;
    const theirs = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name: "harbor-cert" },
      type: "Opaque",
      data: { "tls.crt": btoa("theirs"), extra: btoa("x") },
    };
    await cluster.client.create(resources.secrets, theirs, { signal });
    const plan = await planOf(on);
    expect(codesOf(plan)).toEqual(["DELIVERY_SECRET_NOT_OURS"]);
    expect(stepsOf(plan)).toEqual(["authority", "certificate/server"]);
    const document = documentFor(on.release, on.front.port, { takeOver: true });
    const taking = { ...on, document };
    expect(problemsOf(await carryOut(taking))).toEqual([]);
    expect((await on.secret())?.type).toBe("Opaque");
    expect((await on.secret())?.data?.["extra"]).toBe(btoa("x"));
    expect(stepsOf(await planOf(taking))).toEqual([]);
  });

  test("a rollout that does not end is one clear error, the old pods go on serving, and the next run waits on", async () => {
    await using on = await stage();
    await carryOut(on);
    const before = await servedLeaf(on);
    on.machine.at(days(61));
    on.front.jam(true);
    expect(problemsOf(await carryOut(on))).toEqual(["HELM_ROLLOUT_STUCK"]);
    expect(await servedLeaf(on)).toBe(before);
    on.front.jam(false);
    const nginx = { namespace: on.release.namespace, name: "harbor-nginx" };
    const generation = async () =>
      (await cluster.client.get<Deployment>(resources.deployments, nginx, signal))?.metadata.generation;
    const ours = await generation();
    await cluster.client.patch(
      resources.deployments,
      nginx,
      "merge",
      { metadata: { labels: { kick: "on" } } },
      { signal },
    );
    expect(problemsOf(await carryOut(on))).toEqual([]);
    expect(await generation()).toBe(ours);
    expect(await servedLeaf(on)).not.toBe(before);
  });

  test("a rollout that may lose connections is told of, with the patch for it, until it is patched so", async () => {
    await using on = await stage();
    await carryOut(on);
    expect(codesOf(await planOf(on))).toEqual(["HELM_ROLLOUT_LOSES_CONNECTIONS"]);
    const path = "helm/harbor-nginx-rollout.yaml";
    const render = async () => harborCertificate.render?.(on.document, on.machine.world, signal);
    const text = (await render())?.find((f) => f.path === path)?.text ?? "";
    const { namespace } = on.release;
    expect(text).toContain(`kubectl -n ${namespace} patch deployment harbor-nginx --patch-file`);
    await cluster.client.patch(
      resources.deployments,
      { namespace, name: "harbor-nginx" },
      "strategic",
      parse(text) as object,
      { signal },
    );
    on.machine.at(days(61));
    const plan = await planOf(on);
    expect(codesOf(plan)).toEqual([]);
    const restart = plan.documents[0]?.steps.find((s) => s.change === "restart");
    expect(restart?.interrupts?.key).toBe("helm.interruptsNginxGently");
    expect((await render())?.map((f) => f.path)).not.toContain(path);
  });

  test("what can not be reached from here is said, not guessed", async () => {
    await using on = await stage({}, { url: "https://nosuch.localtest" });
    const result = await carryOut(on);
    expect(problemsOf(result)).toEqual([]);
    expect(result.documents[0]?.proofs.map((p) => p.detail.key)).toContain("helm.servedUnreachable");
    expect(stepsOf(await planOf(on))).toEqual([]);
  });

  test("somebody else's certificate at the address is said once the pods were replaced, and nothing is restarted again", async () => {
    await using on = await stage();
    await using other = await startFront({
      client: cluster.client,
      namespace: "default",
      first,
    });
    const before = { ...on, document: documentFor(on.release, other.port) };
    expect(problemsOf(await carryOut(before))).toEqual(["HELM_NEW_CERTIFICATE_NOT_SERVED"]);
    const plan = await planOf(before);
    expect(stepsOf(plan)).toEqual([]);
    expect(codesOf(plan)).toEqual(["HELM_SERVED_BY_OTHERS", "HELM_ROLLOUT_LOSES_CONNECTIONS"]);
  });

  test("removed, leaves the Secret that pods mount, and takes one away that nothing uses", async () => {
    await using on = await stage();
    await carryOut(on);
    expect(stepsOf(await planOf(on, "remove"))).toEqual(["certificate/server"]);
    await on.upgrade({ secretName: "another" });
    const document = documentFor(on.release, on.front.port, { secretName: "harbor-cert" });
    await carryOut({ ...on, document }, "remove");
    expect(await on.secret()).toBeUndefined();
  });
});

async function servedLeaf(on: Stage): Promise<string | undefined> {
  const { probeTls } = await import("../../../../clients/tls/probe.ts");
  return (await probeTls({ host: "localhost", port: on.front.port })).servedSerial;
}

interface State {
  readonly expose: "ingress" | "nodePort";
  readonly recorded: boolean;
  readonly applied: boolean;
  readonly damages: readonly ("secret-lost" | "secret-spoilt" | "annotation-lost")[];
  readonly later: number;
}

const states: fc.Arbitrary<State> = fc.record({
  expose: fc.constantFrom("ingress", "nodePort"),
  recorded: fc.boolean(),
  applied: fc.boolean(),
  damages: fc.uniqueArray(fc.constantFrom("secret-lost", "secret-spoilt", "annotation-lost")),
  later: fc.constantFrom(0, 61),
});

async function scene(state: State): Promise<Scene<World>> {
  const on = await stage({ expose: state.expose, recorded: state.recorded });
  const { client } = cluster;
  const { namespace } = on.release;
  if (state.applied) {
    await carryOut(on);
    for (const damage of state.damages) {
      if (damage === "secret-lost")
        await client.delete(resources.secrets, { namespace, name: "harbor-cert" }, { signal });
      else if (damage === "secret-spoilt" && (await on.secret()) !== undefined)
        await client.patch(
          resources.secrets,
          { namespace, name: "harbor-cert" },
          "merge",
          { data: { "tls.crt": btoa("x") } },
          { signal },
        );
      else if (state.expose === "nodePort")
        await client.patch(
          resources.deployments,
          { namespace, name: "harbor-nginx" },
          "merge",
          { spec: { template: { metadata: { annotations: { "moorline.io/certificate": null } } } } },
          { signal },
        );
    }
  }
  on.machine.at(days(state.later));
  const url = `https://localhost:${on.front.port}`;
  return {
    world: on.machine.world,
    documents: [on.document],
    works: async () => (await servedAt(url, undefined, signal)) === "differs",
    snapshot: async () => {
      const secret = await on.secret();
      return { type: secret?.type, keys: Object.keys(secret?.data ?? {}).sort() };
    },
    secrets: async () => [on.release.password, (await on.secret())?.data?.["tls.key"] ?? "none at all"],
    [Symbol.asyncDispose]: () => on[Symbol.asyncDispose](),
  };
}

describeInvariants("HarborCertificate to a Helm release", { kinds, states, scene, runs: 3 });
