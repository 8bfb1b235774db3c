import { afterAll, beforeAll, expect, test } from "vitest";
import { createHarborClient, type HarborClient } from "../../clients/harbor/client.ts";
import type { CreatedRobot } from "../../clients/harbor/robots.ts";
import { gatherStatus, judged, type StatusItem } from "../../engine/status.ts";
import { documentOf } from "../harbor-certificate/testing/world.ts";
import { kinds, startPlant, type Plant } from "../project-binding/testing/plant.ts";
import { dueDates } from "./due-dates.ts";
import type { ObservedRegistry } from "./observed.ts";
import { observeRobot } from "./platform-robot.ts";
import { harborRegistrySchema } from "./schema.ts";

const { signal } = new AbortController();
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant("v2.13.2");
});
afterAll(() => plant[Symbol.asyncDispose]());

const now = new Date("2026-11-22T12:00:00Z");
const document = documentOf(harborRegistrySchema, "main", {
  url: "https://harbor.example.com",
  credential: { environment: {} },
});
const observed = (over: Partial<ObservedRegistry>): ObservedRegistry => ({
  url: "https://harbor.example.com",
  version: "v2.15.2",
  username: "robot$platform",
  identity: "robot",
  lacks: [],
  defaultPassword: false,
  unhealthy: [],
  readOnly: false,
  wantsClientCertificates: false,
  ...over,
});
const itemsOf = (over: Partial<ObservedRegistry>): readonly StatusItem[] =>
  judged(
    dueDates(document, observed(over)).map((d) => ({ ...d, document: "HarborRegistry/main" })),
    now,
  );
const shown = (over: Partial<ObservedRegistry>): readonly string[] =>
  itemsOf(over).map((i) => `${i.type} ${i.state} ${i.daysLeft ?? "-"}`);

test("the certificate that is shown, the CA and the platform's robot are listed with their ends", () => {
  const robot = {
    state: "read",
    createdAt: "2026-11-02T12:00:00Z",
    expiresAt: "2026-12-12T12:00:00Z",
  } as const;
  expect(
    shown({
      certificateNotAfter: "2027-01-01T12:00:00Z",
      caNotAfter: "2027-11-22T12:00:00Z",
      robot,
    }),
  ).toEqual(["robot due 20", "served ok 40", "trust ok 365"]);
  expect(itemsOf({ robot })[0]?.ageDays).toBe(20);
});

test("a platform robot without an end is well, and one that can not be read is unknown with the reason", () => {
  expect(shown({ robot: { state: "read" } })).toEqual(["robot ok -"]);
  const reasons = (["forbidden", "hidden"] as const).map(
    (state) => itemsOf({ robot: { state } })[0]?.unknown?.key,
  );
  expect(reasons).toEqual(["status.robotForbidden", "status.robotHidden"]);
  expect(shown({ identity: "administrator", username: "admin" })).toEqual([]);
});

test("a system robot that may list robots finds itself; one that may not is told apart", async () => {
  const as = ({ name, secret }: CreatedRobot): HarborClient =>
    createHarborClient(plant.endpoint, { username: name, password: secret });
  const make = (name: string, permission: { resource: string; action: string }): Promise<CreatedRobot> =>
    plant.admin.robots.create({
      name,
      level: "system",
      duration: 30,
      permissions: [{ kind: "system", namespace: "/", access: [permission] }],
    });
  const may = await make("may-list", { resource: "robot", action: "list" });
  const mayNot = await make("may-not", { resource: "project", action: "list" });
  expect(await observeRobot(as(may), may.name, signal)).toMatchObject({
    state: "read",
    createdAt: expect.stringMatching(/^20/) as string,
    expiresAt: expect.stringMatching(/^20/) as string,
  });
  expect(await observeRobot(as(mayNot), mayNot.name, signal)).toEqual({ state: "forbidden" });
});

test("a status of a registry under an administrator names no robot", async () => {
  const documents = plant.documents(
    "apiVersion: moorline.io/v1alpha1\nkind: HarborRegistry\nmetadata: {name: main}\nspec:\n  url: HARBOR\n  credential: {environment: {}}\n  tls: {ca: {pem: CA}}\n",
  );
  await using world = plant.world(documents);
  const { items, failures } = await gatherStatus(documents, kinds, world, { signal });
  expect(failures).toEqual([]);
  expect(items.map((i) => i.type).toSorted()).toEqual(["served", "trust"]);
});
