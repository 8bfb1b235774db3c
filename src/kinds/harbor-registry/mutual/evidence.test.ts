import { expect, test } from "vitest";
import { readLines } from "./client-log.ts";
import { addUp } from "./clients.ts";
import { clientsShowing, nodesCarrying } from "./evidence.ts";
import { lineOf, now } from "./testing/scene.ts";

const seconds = now.getTime() / 1000;
const nodes = [
  { name: "node1", addresses: ["10.0.0.11"] },
  { name: "node2", addresses: ["10.0.0.12"] },
];
const carrying = (...lines: object[]): readonly string[] => [
  ...nodesCarrying({ nodes, clients: addUp([], readLines(lines.map(lineOf).join(""))) }, ["00AB"]).keys(),
];

test("a node carries the new certificate when every runtime of it came last with that one and was let in", () => {
  expect(carrying({ n: "AB" })).toEqual(["node1"]);
  expect(carrying({ n: "1000" })).toEqual([]);
  expect(carrying({ n: "1000", t: seconds - 9000 }, { n: "AB" })).toEqual(["node1"]);
  expect(carrying({ n: "AB", t: seconds - 9000 }, { n: "1000" })).toEqual([]);
});

test.each<[string, object]>([
  ["another runtime of the node still shows the old one", { n: "1000", u: "docker/20.10" }],
  ["another runtime shows none", { n: "", v: "NONE", s: "", i: "", u: "docker/20.10" }],
  ["it was refused", { n: "AB", v: "FAILED:certificate revoked", u: "docker/20.10" }],
])("it proves nothing of a node when %s", (_what, line) => {
  expect(carrying({ n: "AB" }, line)).toEqual([]);
});

test("what is no runtime, or comes from elsewhere, proves nothing of a node", () => {
  expect(carrying({ n: "AB", u: "curl/7.88" }, { n: "AB", a: "10.9.9.9" })).toEqual([]);
});

test("whoever came with an old certificate since a time is named", () => {
  const clients = addUp([], readLines(lineOf({ n: "1000" }) + lineOf({ n: "AB", a: "10.0.0.12" })));
  expect(clientsShowing({ nodes, clients }, ["1000"], seconds - 7200).map((c) => c.address)).toEqual([
    "10.0.0.11",
  ]);
  expect(clientsShowing({ nodes, clients }, ["1000"], seconds)).toEqual([]);
});
