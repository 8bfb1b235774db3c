import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { manualClock } from "../../../engine/testing/library.ts";
import { moorline } from "../testing/test-io.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moorline-clients-"));
  mkdirSync(join(folder, "harbor"));
  mkdirSync(join(folder, "ours", "log"), { recursive: true });
  writeFileSync(
    join(folder, "harbor", "harbor.yml"),
    "_version: 2.9.0\nhostname: harbor.example.com\ndata_volume: /data\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const document = (mutual: string): string => `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec:
  url: https://harbor.example.com
  credential: {environment: {}}
  deployment: {compose: {directory: ${join(folder, "harbor")}}}
  tls:
    ca: {pem: "-"}
    ${mutual}
    mutualTls: {directory: ${join(folder, "ours")}}
---
apiVersion: moorline.io/v1alpha1
kind: NodeTrust
metadata: {name: nodes}
spec:
  registry: main
  nodes:
    - {name: node1, on: {ssh: {host: 10.0.0.11, agent: true}}}
    - {name: node2, on: {ssh: {host: 10.0.0.12, agent: true}}}
`;

const seconds = manualClock().now().getTime() / 1000;
const line = (over: object): string =>
  `${JSON.stringify({ t: seconds - 60, a: "10.0.0.11", v: "SUCCESS", s: "CN=nodes", i: "CN=CA", n: "0A", m: "GET", p: "registry", x: "", c: 401, u: "containerd/1.6", ...over })}\n`;

async function ask(mutual: string, log: string, ...more: string[]) {
  writeFileSync(join(folder, "docs.yaml"), document(mutual));
  writeFileSync(join(folder, "ours", "log", "clients.log"), log);
  const { code, out, err } = await moorline(["clients", "-f", "docs.yaml", ...more], {
    workingDirectory: folder,
  });
  return { code, out, err };
}

describe("moorline clients", () => {
  test("lists each node, and who comes how; hostile names reach no terminal", async () => {
    const hostile = line({
      a: "10.0.0.12",
      v: "NONE",
      n: "",
      s: "",
      i: "",
      u: "docker\u001b]0;owned\u0007/20",
    });
    const { code, out } = await ask("mutual: observe", line({}) + hostile);
    expect(code).toBe(1);
    expect(out).toContain("✓ node1  seen with a valid certificate");
    expect(out).toMatch(/✗ node node2 comes without a client certificate: docker.* from 10\.0\.0\.12/);
    expect(out).toContain("10.0.0.11  containerd  registry  CN=nodes #0a  1×");
    // oxlint-disable-next-line no-control-regex -- the control characters are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test("says the same as JSON, and is content when every node was seen", async () => {
    const { code, out } = await ask(
      "mutual: observe",
      line({}) + line({ a: "10.0.0.12" }),
      "--output",
      "json",
    );
    expect(code).toBe(0);
    const { registries } = JSON.parse(out) as { registries: { nodes: unknown[]; clients: unknown[] }[] };
    expect(registries[0]?.nodes).toEqual([
      { node: "node1", state: "proved" },
      { node: "node2", state: "proved" },
    ]);
    expect(registries[0]?.clients).toHaveLength(2);
  });

  test("says what to do where nothing is logged", async () => {
    rmSync(join(folder, "ours", "log"), { recursive: true });
    mkdirSync(join(folder, "ours", "log"));
    writeFileSync(join(folder, "docs.yaml"), document("mutual: observe"));
    const { code, err } = await moorline(["clients", "-f", "docs.yaml"], { workingDirectory: folder });
    expect([code, err]).toEqual([1, expect.stringContaining("has no log of clients")]);
  });
});
