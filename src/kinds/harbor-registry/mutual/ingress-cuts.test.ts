import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAuthority } from "../../../clients/http/testing/certificates.ts";
import type { KubernetesObject, Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { guardedWrites } from "../../../clients/kubernetes/testing/cut-off.ts";
import { apply } from "../../../engine/apply.ts";
import { defineKind, type AnyKind } from "../../../engine/kind.ts";
import { makePlan } from "../../../engine/plan.ts";
import type { Document } from "../../../model/document.ts";
import { installRelease } from "../../harbor-certificate/deliveries/helm/testing/release.ts";
import { documentOf } from "../../harbor-certificate/testing/world.ts";
import { startPlant, type Plant } from "../../project-binding/testing/plant.ts";
import type { World } from "../../world.ts";
import { harborRegistrySchema } from "../schema.ts";
import { withMutualTls } from "./fold.ts";
import { annotationKeys } from "./ingress-objects.ts";

const { signal } = new AbortController();
const authorities = [makeAuthority("Client CA"), makeAuthority("Next client CA")];
let plant: Plant;
let count = 0;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const nothing = { steps: [], findings: [] };
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
  // No ingress-nginx stands before this release.
  verify: () => Promise.resolve([]),
};

interface Wanted {
  readonly mode: "observe" | "off";
  /** How many CAs are trusted: one more is a rollover that has begun. */
  readonly trusted: number;
}

const documentOfSite = (namespace: string, { mode, trusted }: Wanted): Document =>
  documentOf(harborRegistrySchema, "main", {
    url: "https://harbor.example.com",
    credential: { environment: {} },
    deployment: { helm: { namespace, release: "harbor" } },
    tls: {
      mutual: mode,
      mutualTls: { clientAuthority: authorities.slice(0, trusted).map((a) => ({ pem: a.certificate })) },
    },
  });

async function install(): Promise<string> {
  const namespace = `ingress-${++count}`;
  await plant.client.create(resources.namespaces, { metadata: { name: namespace } }, { signal });
  await installRelease(plant.client, {
    namespace,
    release: "harbor",
    expose: "ingress",
    tls: true,
    certSource: "secret",
    secretName: "harbor-tls",
    externalUrl: "https://harbor.example.com",
    recorded: true,
    password: "not-to-be-seen",
  });
  return namespace;
}

class PowerCut extends Error {}

/** @returns whether the run came to its end */
async function carryOut(namespace: string, wanted: Wanted, cut = Infinity): Promise<boolean> {
  const given = documentOfSite(namespace, wanted);
  await using world = plant.world([given]);
  let writes = 0;
  const client = guardedWrites(plant.client, async (write) => {
    if (++writes > cut) throw new PowerCut();
    const answer = await write();
    expect(await isServed(namespace)).toBe(true);
    return answer;
  });
  const here = { ...world, kubernetes: () => Promise.resolve(client) };
  const plan = await makePlan([given], [kind], here, { signal });
  return (await apply(plan, [kind], here)).ok;
}

/** ingress-nginx answers 503 for a host whose annotation names a Secret that is not there, or holds no CA. */
async function isServed(namespace: string): Promise<boolean> {
  const at = { namespace, name: "harbor-ingress" };
  const ingress = await plant.client.get<KubernetesObject>(resources.ingresses, at, signal);
  const named = ingress?.metadata.annotations?.[annotationKeys.secret];
  if (named === undefined) return true;
  const [of = "", name = ""] = named.split("/");
  const secret = await plant.client.get<Secret>(resources.secrets, { namespace: of, name }, signal);
  return Buffer.from(secret?.data?.["ca.crt"] ?? "", "base64")
    .toString()
    .includes("BEGIN CERTIFICATE");
}

test.each<[string, Wanted, Wanted]>([
  ["off to observe", { mode: "off", trusted: 1 }, { mode: "observe", trusted: 1 }],
  ["one CA to two", { mode: "observe", trusted: 1 }, { mode: "observe", trusted: 2 }],
  ["two CAs to one", { mode: "observe", trusted: 2 }, { mode: "observe", trusted: 1 }],
  ["observe to off", { mode: "observe", trusted: 1 }, { mode: "off", trusted: 1 }],
])(
  "from %s at an ingress, cut off after any write, Harbor is served and the next run gets there",
  async (_what, from, to) => {
    let ended = false;
    let cut = 0;
    for (; !ended; cut++) {
      const namespace = await install();
      expect(await carryOut(namespace, from)).toBe(true);
      ended = await carryOut(namespace, to, cut);
      expect({ cut, served: await isServed(namespace) }).toEqual({ cut, served: true });
      expect({ cut, ok: await carryOut(namespace, to) }).toEqual({ cut, ok: true });
      const given = documentOfSite(namespace, to);
      await using world = plant.world([given]);
      const again = await makePlan([given], [kind], world, { signal });
      expect(again.documents.flatMap((d) => d.steps.map((s) => s.id))).toEqual([]);
    }
    expect(cut).toBeGreaterThan(1);
  },
);
