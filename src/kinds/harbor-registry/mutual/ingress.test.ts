import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubernetesObject, Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { makeAuthority } from "../../../clients/http/testing/certificates.ts";
import { apply } from "../../../engine/apply.ts";
import { defineKind, type AnyKind } from "../../../engine/kind.ts";
import { makePlan } from "../../../engine/plan.ts";
import type { Document } from "../../../model/document.ts";
import {
  installRelease,
  type TestRelease,
} from "../../harbor-certificate/deliveries/helm/testing/release.ts";
import { documentOf } from "../../harbor-certificate/testing/world.ts";
import { startPlant, type Plant } from "../../project-binding/testing/plant.ts";
import type { World } from "../../world.ts";
import { harborRegistrySchema } from "../schema.ts";
import { withMutualTls } from "./fold.ts";
import { annotationKeys } from "./ingress-objects.ts";
import { renderMutual } from "./render.ts";

const { signal } = new AbortController();
const clients = makeAuthority("Client CA");
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const nothing = { steps: [], findings: [] };
/** Without `verify`: no ingress-nginx stands before this release. */
const kind: AnyKind<World> = {
  ...defineKind(
    withMutualTls({
      schema: { ...harborRegistrySchema, references: () => [] },
      observe: () => Promise.resolve({}),
      plan: () => nothing,
      planRemoval: () => nothing,
      run: () => Promise.resolve(),
      verify: () => Promise.resolve([]),
    }),
  ),
  verify: () => Promise.resolve([]),
};

const release = (namespace: string, expose: TestRelease["expose"]): TestRelease => ({
  namespace,
  release: "harbor",
  expose,
  tls: true,
  certSource: "secret",
  secretName: "harbor-tls",
  externalUrl: "https://harbor.example.com",
  recorded: true,
  password: "not-to-be-seen",
});

const document = (namespace: string, mode: string, settings: object = {}): Document =>
  documentOf(harborRegistrySchema, "main", {
    url: "https://harbor.example.com",
    credential: { environment: {} },
    deployment: { helm: { namespace, release: "harbor" } },
    tls: { mutual: mode, mutualTls: { clientAuthority: [{ pem: clients.certificate }], ...settings } },
  });

async function carryOut(given: Document, direction: "apply" | "remove" = "apply") {
  await using world = plant.world([given]);
  const plan = await makePlan([given], [kind], world, { signal, direction });
  const result = await apply(plan, [kind], world);
  expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
  const again = await makePlan([given], [kind], world, { signal, direction });
  expect(again.documents.flatMap((d) => [...d.steps.map((s) => s.id), d.error?.code])).toEqual([undefined]);
  return {
    steps: plan.documents.flatMap((d) => d.steps.map((s) => s.id)),
    codes: plan.documents.flatMap((d) => d.findings.map((f) => f.code)),
  };
}

async function annotations(namespace: string): Promise<Readonly<Record<string, string>>> {
  const at = { namespace, name: "harbor-ingress" };
  const found = await plant.client.get<KubernetesObject>(resources.ingresses, at, signal);
  return found?.metadata.annotations ?? {};
}

async function install(namespace: string, expose: TestRelease["expose"]): Promise<void> {
  await plant.client.create(resources.namespaces, { metadata: { name: namespace } }, { signal });
  await installRelease(plant.client, release(namespace, expose));
}

describe("a Helm Harbor behind ingress-nginx", () => {
  test("is asked to ask, keeps what others annotated, and is asked no more in one step", async () => {
    const namespace = "harbor-ingress";
    await install(namespace, "ingress");
    const theirs = { metadata: { annotations: { "example.com/team": "platform" } } };
    await plant.client.patch(resources.ingresses, { namespace, name: "harbor-ingress" }, "merge", theirs, {
      signal,
    });

    const first = await carryOut(document(namespace, "observe"));
    expect(first.steps).toEqual(["mutual-tls/secret", "mutual-tls"]);
    expect(await annotations(namespace)).toMatchObject({
      "example.com/team": "platform",
      [annotationKeys.secret]: `${namespace}/moorline-client-ca-main`,
      [annotationKeys.verify]: "optional_no_ca",
      [annotationKeys.depth]: "2",
    });
    const at = { namespace, name: "moorline-client-ca-main" };
    const secret = await plant.client.get<Secret>(resources.secrets, at, signal);
    expect(Buffer.from(secret?.data?.["ca.crt"] ?? "", "base64").toString()).toBe(clients.certificate);

    const deeper = await carryOut(document(namespace, "observe", { verifyDepth: 3 }));
    expect(deeper.steps).toEqual(["mutual-tls"]);

    const enforce = await carryOut(document(namespace, "enforce", { verifyDepth: 3 }));
    expect(enforce.steps).toEqual([]);
    expect(enforce.codes).toEqual(
      expect.arrayContaining(["MUTUAL_TLS_INGRESS_COVERS_ALL", "MUTUAL_TLS_NO_NODES", "MUTUAL_TLS_WAITS"]),
    );

    await plant.client.delete(resources.secrets, at, { signal });
    expect((await carryOut(document(namespace, "off"))).steps).toEqual(["mutual-tls"]);
    const left = await annotations(namespace);
    expect(Object.keys(left).filter((key) => key.includes("auth-tls"))).toEqual([]);
    expect(left["example.com/team"]).toBe("platform");
  });

  test("is rid of everything that was put there", async () => {
    const namespace = "harbor-removed";
    await install(namespace, "ingress");
    await carryOut(document(namespace, "observe"));
    expect((await carryOut(document(namespace, "observe"), "remove")).steps).toEqual([
      "mutual-tls",
      "mutual-tls/delete-secret",
    ]);
    expect(Object.keys(await annotations(namespace)).filter((key) => key.includes("auth-tls"))).toEqual([]);
  });

  test("with the chart's own nginx is told that it can not ask", async () => {
    const namespace = "harbor-nginx";
    await install(namespace, "nodePort");
    const { steps, codes } = await carryOut(document(namespace, "observe"));
    expect([steps, codes]).toEqual([[], ["MUTUAL_TLS_NO_INGRESS"]]);
  });

  test("is rendered as values of the chart", () => {
    const given = document("harbor", "observe") as Parameters<typeof renderMutual>[0];
    const [file] = renderMutual(given);
    expect(file?.text).toContain(
      "nginx.ingress.kubernetes.io/auth-tls-secret: harbor/moorline-client-ca-main",
    );
  });
});
