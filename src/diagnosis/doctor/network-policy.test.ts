import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selects, stoppedBy, type Flow, type NetworkPolicy, type PolicyPod } from "./network-policy.ts";

type Spec = NonNullable<NetworkPolicy["spec"]>;

const policy = (spec: Spec, namespace = "ks"): NetworkPolicy => ({
  metadata: { name: "p", namespace },
  spec,
});
const pod: PolicyPod = {
  namespace: "ks",
  labels: { app: "ks-apiserver" },
  namespaceLabels: { team: "platform" },
  ports: [{ name: "https", containerPort: 8443 }],
};
const harbor: PolicyPod = {
  namespace: "harbor",
  labels: { app: "nginx" },
  namespaceLabels: { team: "images" },
  ports: [{ name: "https", containerPort: 8443 }],
};
const external: Flow = {
  direction: "Egress",
  pod,
  peer: { ip: "192.0.2.7" },
  protocol: "TCP",
  port: 443,
};
const toPod: Flow = { ...external, peer: { ip: "10.1.0.9", pod: harbor }, port: 8443 };
const isOpen = (spec: Spec, flow: Flow = external): boolean => stoppedBy([policy(spec)], flow).length === 0;
const egress = (...rules: readonly NonNullable<Spec["egress"]>[number][]): Spec => ({
  podSelector: {},
  policyTypes: ["Egress"],
  egress: rules,
});

describe("which policies count", () => {
  test.each<[string, Spec, boolean]>([
    ["Egress without a rule stops", egress(), false],
    ["Ingress alone stops no egress", { podSelector: {}, policyTypes: ["Ingress"] }, true],
    ["no types and no egress rules is Ingress alone", { podSelector: {}, egress: [] }, true],
    [
      "no types and an egress rule is both",
      { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] },
      false,
    ],
    [
      "another pod's policy does not count",
      { ...egress(), podSelector: { matchLabels: { app: "x" } } },
      true,
    ],
    [
      "its own policy counts",
      {
        ...egress(),
        podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["ks-apiserver"] }] },
      },
      false,
    ],
  ])("%s", (_, spec, open) => {
    expect(isOpen(spec)).toBe(open);
  });

  test("a policy of another namespace does not count", () => {
    expect(stoppedBy([policy(egress(), "other")], external)).toEqual([]);
  });

  test("one policy that allows is enough, and all that select are named where none does", () => {
    const [closed, open] = [policy(egress()), policy(egress({}))];
    expect(stoppedBy([closed, open], external)).toEqual([]);
    expect(stoppedBy([closed, closed], external)).toEqual([closed, closed]);
  });

  test("without types every policy is of Ingress", () => {
    expect(isOpen({ podSelector: {} }, { ...external, direction: "Ingress" })).toBe(false);
  });
});

describe("what a rule allows", () => {
  const block = (cidr: string, ...except: readonly string[]) => ({ ipBlock: { cidr, except } });
  const v6: Flow = { ...external, peer: { ip: "2001:db8::7" } };
  test.each<[string, Spec, Flow, boolean]>([
    ["the empty rule: all", egress({}), external, true],
    ["empty lists: all", egress({ to: [], ports: [] }), external, true],
    ["its block", egress({ to: [block("192.0.2.0/24")] }), external, true],
    ["another block: no", egress({ to: [block("192.0.3.0/24")] }), external, false],
    ["all of IPv4", egress({ to: [block("0.0.0.0/0")] }), external, true],
    ["all of IPv4 is no IPv6", egress({ to: [block("0.0.0.0/0")] }), v6, false],
    ["an exception: no", egress({ to: [block("192.0.2.0/24", "192.0.2.7/32")] }), external, false],
    ["another exception", egress({ to: [block("192.0.2.0/24", "192.0.2.8/32")] }), external, true],
    ["a block of IPv6", egress({ to: [block("2001:db8::/32")] }), v6, true],
    ["an exception in IPv6: no", egress({ to: [block("::/0", "2001:db8::/64")] }), v6, false],
    ["what is no block is not judged", egress({ to: [block("nonsense")] }), external, true],
    [
      "a selector is not for an address of no pod",
      egress({ to: [{ namespaceSelector: {} }] }),
      external,
      false,
    ],
    ["all namespaces", egress({ to: [{ namespaceSelector: {} }] }), toPod, true],
    ["pods of its own namespace are not another's", egress({ to: [{ podSelector: {} }] }), toPod, false],
    [
      "pods of a namespace by labels",
      egress({
        to: [
          {
            namespaceSelector: { matchLabels: { team: "images" } },
            podSelector: { matchLabels: { app: "nginx" } },
          },
        ],
      }),
      toPod,
      true,
    ],
    [
      "both selectors must hold",
      egress({
        to: [
          {
            namespaceSelector: { matchLabels: { team: "images" } },
            podSelector: { matchLabels: { app: "x" } },
          },
        ],
      }),
      toPod,
      false,
    ],
    ["a peer without anything: nobody", egress({ to: [{}] }), toPod, false],
    ["its port", egress({ ports: [{ port: 443 }] }), external, true],
    ["another port: no", egress({ ports: [{ port: 80 }] }), external, false],
    ["a protocol without port: all its ports", egress({ ports: [{ protocol: "TCP" }] }), external, true],
    ["another protocol: no", egress({ ports: [{ protocol: "UDP", port: 443 }] }), external, false],
    ["a range", egress({ ports: [{ port: 400, endPort: 443 }] }), external, true],
    ["a range that ends before: no", egress({ ports: [{ port: 400, endPort: 442 }] }), external, false],
    ["a name of the receiver's port", egress({ ports: [{ port: "https" }] }), toPod, true],
    ["a name that the receiver has not: no", egress({ ports: [{ port: "http" }] }), toPod, false],
    ["a name where no pod receives: no", egress({ ports: [{ port: "https" }] }), external, false],
    [
      "peer and port of two rules: no",
      egress(
        { to: [block("192.0.2.0/24")], ports: [{ port: 80 }] },
        { to: [block("10.0.0.0/8")], ports: [{ port: 443 }] },
      ),
      external,
      false,
    ],
    [
      "somebody at this port",
      egress({ to: [block("10.0.0.0/8")], ports: [{ port: 443 }] }),
      { ...external, peer: "anyone" },
      true,
    ],
    ["nobody at this port: no", egress({ ports: [{ port: 80 }] }), { ...external, peer: "anyone" }, false],
  ])("%s", (_, spec, flow, open) => {
    expect(isOpen(spec, flow)).toBe(open);
  });

  test("a named port of Ingress is the receiver's own", () => {
    const flow: Flow = { ...toPod, direction: "Ingress" };
    expect(isOpen({ podSelector: {}, ingress: [{ ports: [{ port: "https" }] }] }, flow)).toBe(true);
    expect(isOpen({ podSelector: {}, ingress: [{ ports: [{ port: "other" }] }] }, flow)).toBe(false);
  });
});

test.each([
  ["In", ["a"], { k: "a" }, true],
  ["In", ["a"], {}, false],
  ["NotIn", ["a"], { k: "a" }, false],
  ["NotIn", ["a"], {}, true],
  ["Exists", [], { k: "" }, true],
  ["Exists", [], {}, false],
  ["DoesNotExist", [], {}, true],
  ["DoesNotExist", [], { k: "a" }, false],
])("labels: %s %j of %j is %s", (operator, values, labels, expected) => {
  expect(
    selects({ matchExpressions: [{ key: "k", operator, values }] }, labels as Record<string, string>),
  ).toBe(expected);
});

const octet = fc.nat(255);
const address = fc.tuple(octet, octet, octet, octet);
const numberOf = (octets: readonly number[]): bigint =>
  octets.reduce((sum, each) => sum * 256n + BigInt(each), 0n);

test("a block allows just the addresses that share its first bits", () => {
  fc.assert(
    fc.property(address, address, fc.nat(32), (network, ip, prefix) => {
      const shift = BigInt(32 - prefix);
      const isInside = numberOf(network) >> shift === numberOf(ip) >> shift;
      const spec = egress({ to: [{ ipBlock: { cidr: `${network.join(".")}/${prefix}` } }] });
      expect(isOpen(spec, { ...external, peer: { ip: ip.join(".") } })).toBe(isInside);
    }),
    { numRuns: 200 },
  );
});

test("a further policy of the direction never closes what another one opens", () => {
  const port = fc.integer({ min: 1, max: 600 });
  const rule = fc.record({ ports: fc.array(fc.record({ port }), { maxLength: 2 }) });
  const spec = fc.array(rule, { maxLength: 2 }).map((rules) => policy(egress(...rules)));
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 3 }), spec, port, (some, more, wanted) => {
      const flow = { ...external, port: wanted };
      const stops = (policies: typeof some): boolean => stoppedBy(policies, flow).length > 0;
      expect(stops(some) || !stops([...some, more])).toBe(true);
    }),
    { numRuns: 200 },
  );
});
