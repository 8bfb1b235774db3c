import { expect, test } from "vitest";
import { judged } from "../../engine/status.ts";
import { documentOf } from "../harbor-certificate/testing/world.ts";
import { dueDates } from "./due-dates.ts";
import type { ObservedBinding, ObservedRobot, ObservedSecret } from "./observed.ts";
import { projectBindingSchema } from "./schema.ts";

const now = new Date("2026-11-22T12:00:00Z");
const inDays = (days: number): number => now.getTime() / 1000 + days * 86_400;
const document = documentOf(projectBindingSchema, "team-a", {
  registry: "main",
  projects: { workspace: "demo" },
  harborProject: { name: "team-a" },
});

const robot = (name: string, over: Partial<ObservedRobot> = {}): ObservedRobot => ({
  id: 1,
  harborProject: "team-a",
  name,
  ours: true,
  disabled: false,
  createdAt: "2026-11-12T12:00:00Z",
  expiresAt: inDays(80),
  durationDays: 90,
  permissions: ["repository:pull"],
  ...over,
});
const secret: ObservedSecret = {
  name: "harbor",
  uid: "u1",
  resourceVersion: "7",
  owner: "us",
  flaws: [],
  createdAt: "2026-01-01T00:00:00Z",
  username: "new",
};
const observed = (robots: readonly ObservedRobot[], over: Partial<ObservedSecret> = {}): ObservedBinding => ({
  registryUrl: "https://harbor.example.com",
  cluster: "c",
  harborProjects: [],
  missing: [],
  namespaces: [
    {
      name: "demo",
      chosen: true,
      secret: { ...secret, ...over },
      formerSecrets: [],
      serviceAccounts: [],
      robots,
    },
  ],
});
const shown = (of: ObservedBinding): readonly string[] =>
  judged(
    dueDates(document, of, now).map((d) => ({ ...d, document: "ProjectBinding/team-a" })),
    now,
  ).map((i) => `${i.type} ${i.where} ${i.state} ${i.daysLeft ?? "-"} left, ${i.ageDays ?? "-"} old`);

test("a Secret is as old as the robot behind it, and ends with it", () => {
  expect(shown(observed([robot("new")]))).toEqual(["secret Secret/demo/harbor ok 80 left, 10 old"]);
});

test("a robot that no Secret holds is listed by itself, one of somebody else not at all", () => {
  const robots = [robot("new"), robot("old", { expiresAt: inDays(20) }), robot("theirs", { ours: false })];
  expect(shown(observed(robots))).toEqual([
    "robot team-a due 20 left, 10 old",
    "secret Secret/demo/harbor ok 80 left, 10 old",
  ]);
});

test("a robot that another took over from goes by itself, soon, and is not due before", () => {
  const robots = [robot("new", { id: 2 }), robot("old", { expiresAt: inDays(20) })];
  const replaced = observed(robots, { replacedAt: now.getTime() - 60_000 });
  expect(dueDates(document, replaced, now)).toMatchObject([
    { type: "secret" },
    { type: "robot", dueAt: "2026-11-22T12:09:00.000Z" },
  ]);
  expect(shown(replaced)).toContain("robot team-a ok 20 left, 10 old");
});

test("a credential is due a third of its life before its end, and overdue at its end", () => {
  expect(shown(observed([robot("new", { expiresAt: inDays(29) })]))[0]).toContain("due 29 left");
  expect(shown(observed([robot("new", { expiresAt: inDays(-1) })]))[0]).toContain("overdue -1 left");
});

test("a credential for ever has an age and no end", () => {
  expect(shown(observed([robot("new", { expiresAt: -1 })]))).toEqual([
    "secret Secret/demo/harbor ok - left, 10 old",
  ]);
});

test("a Secret without a robot of ours behind it is unknown, and as old as itself", () => {
  expect(shown(observed([]))).toEqual(["secret Secret/demo/harbor unknown - left, 325 old"]);
  expect(shown(observed([], { owner: "foreign" }))).toEqual([]);
});
