import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLine, readLines } from "./client-log.ts";
import { addUp, clientsLeftBehind, mostClients, readStored, storedText, type Client } from "./clients.ts";
import { hiddenSources, judgeNodes } from "./judge.ts";

const raw = {
  t: 1795394197.686,
  a: "10.0.0.5",
  v: "SUCCESS",
  s: "CN=node1",
  i: "CN=Client CA",
  n: "49610A1C",
  m: "GET",
  p: "registry",
  x: "",
  c: 401,
  u: "containerd/1.6.20~ds1",
};
const text = (over: Partial<Record<keyof typeof raw, unknown>> = {}): string =>
  JSON.stringify({ ...raw, ...over });
const client = (over: Partial<Client> = {}): Client => ({
  address: "10.0.0.5",
  program: "containerd",
  path: "registry",
  verified: "success",
  reason: "",
  subject: "CN=node1",
  issuer: "CN=Client CA",
  serial: "49610a1c",
  exempt: "",
  count: 1,
  refused: 0,
  first: 100,
  last: 100,
  ...over,
});

describe("the log of clients", () => {
  test("tells who came, with what, and how that was judged", () => {
    expect(readLine(text())).toEqual({
      at: 1795394197.686,
      address: "10.0.0.5",
      verified: "success",
      reason: "",
      subject: "CN=node1",
      issuer: "CN=Client CA",
      serial: "49610a1c",
      path: "registry",
      exempt: "",
      status: 401,
      agent: "containerd/1.6.20~ds1",
    });
    expect(readLine(text({ v: "NONE" }))).toMatchObject({ verified: "none", reason: "" });
    expect(readLine(text({ v: "FAILED:certificate has expired" }))).toMatchObject({
      verified: "failed",
      reason: "certificate has expired",
    });
  });

  test.each([
    ["half a line", text().slice(0, 50)],
    ["nothing", ""],
    ["an address that is none", text({ a: "node1" })],
    ["a path that is none", text({ p: "../" })],
    ["a time that is none", text({ t: "now" })],
    ["a line longer than nginx writes", text({ u: "x".repeat(5000) })],
    ["another program's words", "10.0.0.5 - GET /v2/"],
  ])("passes over %s", (_what, line) => {
    expect(readLine(line)).toBeUndefined();
    expect([...readLines(`${line}\n${text()}\n`)]).toHaveLength(1);
  });

  test("brings no control character further, whatever a client calls itself", () => {
    const brought = (hostile: string): string => {
      const read = readLine(text({ u: hostile, s: hostile, i: hostile, v: `FAILED:${hostile}`, x: hostile }));
      return read === undefined
        ? "\n"
        : [read.agent, read.subject, read.issuer, read.reason, read.exempt].join("");
    };
    const harmless = (hostile: string): boolean =>
      !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(brought(hostile));
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), harmless));
    expect(brought("\u001b]0;owned\u0007")).toContain("]0;owned");
    expect(harmless("\u001b[2J\u202e")).toBe(true);
  });

  test("survives any bytes, and finds the good lines among them", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: "binary" }).map((s) => s.replaceAll("\n", "")),
            fc.constant(text()),
          ),
        ),
        (lines) => {
          const good = lines.filter((l) => l === text()).length;
          expect([...readLines(lines.join("\n"))].length).toBeGreaterThanOrEqual(good);
        },
      ),
    );
  });

  test("is added up to the same whether it was emptied in between or not", () => {
    const line = fc
      .record({
        t: fc.integer({ min: 1, max: 1000 }),
        a: fc.constantFrom("10.0.0.5", "10.0.0.6"),
        v: fc.constantFrom("SUCCESS", "NONE", "FAILED:x"),
        u: fc.constantFrom("docker/20", "containerd/1", "Mozilla/5.0 (X11)"),
      })
      .map((over) => text(over));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.nat(30), (lines, cut) => {
        const whole = addUp([], readLines(lines.join("\n")));
        const kept = readStored(storedText(addUp([], readLines(lines.slice(0, cut).join("\n")))));
        expect(addUp(kept, readLines(lines.slice(cut).join("\n")))).toEqual(whole);
        expect(whole.reduce((sum, c) => sum + c.count, 0)).toBe(lines.length);
      }),
    );
  });

  test("stays bounded when somebody comes from ever new addresses, and does not forget the nodes for it", () => {
    const address = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    const flood = Array.from({ length: 12_000 }, (_, i) => text({ a: address(i), v: "NONE", t: 2000 + i }));
    const clients = addUp([client()], readLines(flood.join("\n")));
    expect(clients).toHaveLength(mostClients);
    expect(clients.some((c) => c.verified === "success")).toBe(true);
  });

  test.each(["", "{", "{}", '{"clients":[{}]}', "null"])(
    "begins anew after a damaged memory: %j",
    (stored) => {
      expect(readStored(stored)).toEqual([]);
    },
  );
});

describe("a node", () => {
  const node = { name: "node1", addresses: ["10.0.0.5", "fd00::5"] };
  const without = client({ verified: "none", serial: "", issuer: "", subject: "" });
  test.each<[string, readonly Client[], string]>([
    ["never seen", [], "unseen"],
    ["seen with a valid certificate", [client()], "proved"],
    ["seen too long ago", [client({ last: 10 })], "unseen"],
    ["seen without one", [without], "without"],
    ["seen without one, then with one", [without, client({ last: 101 })], "proved"],
    ["seen with one, then without", [client(), client({ ...without, last: 101 })], "without"],
    ["seen in both ways at the same moment", [client(), without], "without"],
    [
      "with a second runtime that has none",
      [client({ last: 200 }), client({ ...without, program: "docker" })],
      "without",
    ],
    [
      "seen with one that has expired",
      [client({ verified: "failed", reason: "certificate has expired" })],
      "failed",
    ],
    [
      "whose pods come without one",
      [client(), client({ ...without, program: "Go-http-client", last: 200 })],
      "proved",
    ],
    ["where only Moorline came", [client({ program: "moorline-proof" })], "unseen"],
    ["seen at the portal alone", [client({ path: "portal" })], "unseen"],
    ["seen by its address of IPv6 alone", [client({ address: "fd00::5" })], "proved"],
    ["seen as IPv4 in IPv6", [client({ address: "::ffff:10.0.0.5" })], "proved"],
    ["where another was seen", [client({ address: "10.0.0.6" })], "unseen"],
  ])("%s", (_what, clients, state) => {
    expect(judgeNodes([node], clients, 50)).toMatchObject([{ node: "node1", state }]);
  });

  test("without an address can not be told", () => {
    expect(judgeNodes([{ name: "node2", addresses: [] }], [client()], 0)).toMatchObject([
      { state: "address-unknown" },
    ]);
  });
});

test("clients are left behind until they have shown an expected certificate", () => {
  const isNew = ({ serial }: Pick<Client, "serial">): boolean => serial === "02";
  const [old, fresh] = [client({ serial: "01" }), client({ serial: "02", last: 101 })];
  const docker = client({ serial: "01", program: "docker" });
  expect(clientsLeftBehind([old], isNew, 0)).toEqual([old]);
  expect(clientsLeftBehind([old, fresh], isNew, 0)).toEqual([]);
  expect(clientsLeftBehind([old, fresh, docker], isNew, 0)).toEqual([docker]);
  expect(clientsLeftBehind([client({ serial: "01", last: 200 }), fresh], isNew, 0)).toHaveLength(1);
  expect(clientsLeftBehind([old], isNew, 150)).toEqual([]);
});

describe("nodes behind something that hides their addresses", () => {
  const nodes = ["10.0.0.5", "10.0.0.6", "10.0.0.7"].map((address, i) => ({
    name: `node${i + 1}`,
    addresses: [address],
  }));
  const from = (address: string, more: Partial<Client> = {}): Client => client({ address, ...more });

  test.each<[string, readonly Client[], readonly string[]]>([
    [
      "one address of nobody's",
      [from("172.17.0.1"), from("172.17.0.1", { program: "docker" })],
      ["172.17.0.1"],
    ],
    ["two balancers", [from("10.9.0.2"), from("10.9.0.1")], ["10.9.0.1", "10.9.0.2"]],
    ["a node that is seen by its own", [from("172.17.0.1"), from("::ffff:10.0.0.6")], []],
    ["as many addresses as nodes", [from("10.9.0.1"), from("10.9.0.2"), from("10.9.0.3")], []],
    ["no runtime", [from("172.17.0.1", { program: "Mozilla" })], []],
    ["the portal alone", [from("172.17.0.1", { path: "portal" })], []],
    ["long ago", [from("172.17.0.1", { last: 10 })], []],
  ])("are told of %s", (_what, clients, expected) => {
    expect(hiddenSources(nodes, clients, 50)).toEqual(expected);
  });

  test("are not told of where one node alone is expected, or none has an address", () => {
    const one = [from("172.17.0.1")];
    expect(hiddenSources(nodes.slice(0, 1), one, 50)).toEqual([]);
    expect(
      hiddenSources(
        [
          { name: "a", addresses: [] },
          { name: "b", addresses: [] },
        ],
        one,
        50,
      ),
    ).toEqual([]);
  });
});
