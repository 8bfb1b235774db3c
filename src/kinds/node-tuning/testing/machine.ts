import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import type { Host } from "../../../clients/host/host.ts";
import { scripted, sendJson } from "../../../clients/kubernetes/testing/api-server.ts";
import type { Document } from "../../../model/document.ts";
import { folderWorld } from "../../harbor-certificate/testing/world.ts";
import type { World } from "../../world.ts";

export const configuration = "/var/lib/kubelet/config.yaml";

type Values = Readonly<Record<string, unknown>>;

export interface MachineOptions {
  /** The kubelet's file; `healthzPort` is added. */
  readonly text?: string;
  readonly version?: string;
  readonly flags?: readonly string[];
  /** Values with which this kubelet does not start. */
  readonly refuses?: (values: Values) => boolean;
  readonly files?: Readonly<Record<string, string>>;
  /** No cluster is known, the API server refuses the question, or answers it (by default). */
  readonly cluster?: "none" | "forbidden";
}

/** A machine with a kubelet that reads its file when it is restarted, is asked over real HTTP, and may refuse to start. */
export interface TuningMachine extends AsyncDisposable {
  readonly world: World;
  readonly commands: string[];
  /** The kubelet's file without the port that the test added. */
  text(): Promise<string>;
  read(path: string): Promise<string | undefined>;
  running(): Values | undefined;
}

const usualText = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

export async function tuningMachine(
  documents: readonly Document[],
  { text = usualText, version = "v1.31.2", flags = [], refuses, files = {}, cluster }: MachineOptions = {},
): Promise<TuningMachine> {
  let running: Values | undefined;
  const health = createServer((_, response) =>
    response.writeHead(running === undefined ? 500 : 200).end("ok"),
  );
  await new Promise<void>((resolve) => health.listen(0, "127.0.0.1", resolve));
  const port = (health.address() as AddressInfo).port;
  const api = await scripted(({ path }, response) => {
    if (path === "/api/v1/nodes/node-1")
      return sendJson(response, 200, {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "node-1" },
        status: { conditions: [{ type: "Ready", status: running === undefined ? "False" : "True" }] },
      });
    if (path !== "/api/v1/nodes/node-1/proxy/configz") return sendJson(response, 404, {});
    if (cluster === "forbidden") return sendJson(response, 403, {});
    if (running === undefined) return sendJson(response, 503, {});
    return sendJson(response, 200, { kubeletconfig: running });
  });
  const machine = await folderWorld(documents, cluster === "none" ? {} : { kubernetes: api.client });
  const added = `healthzPort: ${port}\n`;
  const at = (path: string): string => join(machine.root, path);
  const put = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), content);
  };
  await put(configuration, text + added);
  await put("/proc/17/cmdline", ["/usr/bin/kubelet", `--config=${configuration}`, ...flags].join("\0"));
  for (const [path, content] of Object.entries(files)) await put(path, content);
  const start = async (): Promise<void> => {
    const values = parse(await readFile(at(configuration), "utf8")) as Values;
    running = refuses?.(values) === true ? undefined : values;
  };
  await start();
  const commands: string[] = [];
  const answer = (stdout: string, exitCode = 0) => ({ exitCode, stdout, stderr: "", truncated: false });
  const host: Host = {
    ...machine.world.host,
    name: "node-1",
    run: async (argv) => {
      commands.push(argv.join(" "));
      if (argv[0] === "pgrep") return answer("17\n");
      if (argv.includes("--version")) return answer(`Kubernetes ${version}\n`);
      if (argv[0] === "systemctl") await start();
      return answer("");
    },
  };
  return {
    world: { ...machine.world, host },
    commands,
    text: async () => (await readFile(at(configuration), "utf8")).replace(added, ""),
    read: (path) => readFile(at(path), "utf8").catch(() => undefined),
    running: () => running,
    [Symbol.asyncDispose]: async () => {
      await machine[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await new Promise((resolve) => {
        health.close(resolve);
        health.closeAllConnections();
      });
    },
  };
}

/** A kubelet's file with these values. */
export const fileWith = (values: object): string => stringify({ ...(parse(usualText) as object), ...values });
