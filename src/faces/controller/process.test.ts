import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { registrySpec, startStage, type ControllerStage } from "./testing/stage.ts";

const main = join(import.meta.dirname, "../../main.ts");
const limit = { timeout: 60_000, interval: 20 };
const patience = 120_000;

let stage: ControllerStage;
let folder: string;
beforeAll(async () => {
  stage = await startStage();
  folder = mkdtempSync(join(tmpdir(), "moorline-controller-"));
  writeFileSync(join(folder, "kubeconfig"), stage.plant.kubernetes.kubeconfig("admin"), { mode: 0o600 });
}, patience);
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Running extends AsyncDisposable {
  readonly said: () => string;
  readonly exitCode: Promise<number | null>;
  stop(): void;
}

/** `moorline controller` as a process, on free ports where no others are given. */
function startProcess(...words: readonly string[]): Running {
  const free = ["--health-address=127.0.0.1:0", "--metrics-address=127.0.0.1:0", "--leader-election=no"];
  const given = ["controller", `--kubeconfig=${join(folder, "kubeconfig")}`, "--lang=en", ...free, ...words];
  const child = spawn(process.execPath, [main, ...given], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const exitCode = once(child, "close").then(([code]) => code as number | null);
  return {
    said: () => said,
    exitCode,
    stop: () => child.kill("SIGTERM"),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exitCode;
    },
  };
}

/** The address that the process tells. */
async function toldUrl(of: Running, pattern: RegExp): Promise<string> {
  const url = (): string | undefined => pattern.exec(of.said())?.[1];
  await vi
    .waitUntil(() => url() !== undefined, limit)
    .catch(() => {
      throw new Error(`it does not say where: ${of.said()}`);
    });
  return url() ?? "";
}

describe("the controller as a process", () => {
  test(
    "ends with an error when an address of its own is taken, and does not go on working",
    async () => {
      const taken = createServer().listen(0, "127.0.0.1");
      await once(taken, "listening");
      const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
      try {
        await using controller = startProcess(`--revocation-address=${address}`);
        expect(await controller.exitCode).toBe(1);
        expect(controller.said()).toContain(`--revocation-address ${address} can not be had: EADDRINUSE.`);
      } finally {
        taken.close();
      }
    },
    patience,
  );

  test(
    "serves the revocation lists of CAs in Secrets, counts what it asks Harbor, and ends when told to",
    async () => {
      await using controller = startProcess("--revocation-address=127.0.0.1:0");
      const lists = await toldUrl(controller, /Revocation lists at (\S+)\/<HarborCertificate>/);
      const metrics = await toldUrl(controller, /metrics at (\S+)\.\n/);
      await stage.put("HarborRegistry", "main", registrySpec(stage));
      await stage.put("HarborCertificate", "listed", {
        issuer: { ownAuthority: { commonName: "CA", secretRef: { namespace: "default", name: "listed" } } },
        hosts: ["harbor.example.com"],
        crl: {},
        deliver: { secrets: [{ namespace: "default", name: "served" }] },
      });
      await stage.until("HarborRegistry", "main", "Ready", "True");
      await stage.until("HarborCertificate", "listed", "Ready", "True");
      const list = await fetch(`${lists}/listed/ca.crl`);
      expect([list.status, list.headers.get("content-type")]).toEqual([200, "application/pkix-crl"]);
      expect((await fetch(`${lists}/nosuch/ca.crl`)).status).toBe(404);
      const told = await (await fetch(`${metrics}/metrics`)).text();
      expect(told).toMatch(
        /moorline_api_calls_total\{result="ok",route="systeminfo",server="harbor",verb="get"\} \d+/,
      );
      controller.stop();
      expect(await controller.exitCode).toBe(0);
    },
    patience,
  );
});
