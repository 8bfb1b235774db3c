import { once } from "node:events";
import { resolve } from "node:path";
import { mkdirSync } from "node:fs";
import { MoorlineError } from "../../../model/errors.ts";
import { message, render } from "../../../text/message.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { demonstrate } from "../sandbox/demonstration.ts";
import { sandboxIdentity } from "../sandbox/identity.ts";
import { pointers } from "../sandbox/pointers.ts";
import { copyQuickstart, quickstartPort } from "../sandbox/quickstart.ts";
import { startServers } from "../sandbox/servers.ts";

export const sandbox: Command = {
  name: "sandbox",
  summary: {
    en: "Run an embedded Harbor, Kubernetes and KubeSphere.",
    zh: "运行内嵌的 Harbor、Kubernetes 与 KubeSphere。",
  },
  description: {
    en: "Starts them on loopback, seeds two workspaces with projects and three nodes, applies the quickstart, prints each proof and stays up. Started again on the same folder, it goes on with what is there. Real TLS, real certificates, real pulls; containers do not run.",
    zh: "在本机回环地址上启动，预置两个企业空间及其项目和三个节点，应用快速入门文档，打印每一项验证，然后持续运行。使用同一目录再次启动时会继续使用其中的数据。TLS、证书与拉取都是真实的；容器不会运行。",
  },
  options: [
    {
      name: "data",
      value: "PATH",
      default: ".moorline/sandbox",
      description: { en: "Where it keeps its data.", zh: "数据目录。" },
    },
    {
      name: "harbor-port",
      value: "PORT",
      default: String(quickstartPort),
      description: { en: "Port of Harbor; 0 takes a free one.", zh: "Harbor 端口；0 表示任选空闲端口。" },
    },
    {
      name: "kubernetes-port",
      value: "PORT",
      default: "16443",
      description: {
        en: "Port of the Kubernetes API; 0 takes a free one.",
        zh: "Kubernetes API 端口；0 表示任选空闲端口。",
      },
    },
    {
      name: "kubesphere-port",
      value: "PORT",
      default: "19443",
      description: {
        en: "Port of ks-apiserver; 0 takes a free one.",
        zh: "ks-apiserver 端口；0 表示任选空闲端口。",
      },
    },
    {
      name: "once",
      description: {
        en: "Stop after the proofs instead of staying up.",
        zh: "完成验证后即停止，不再持续运行。",
      },
    },
  ],
  examples: [
    {
      command: "moorline sandbox",
      explanation: { en: "What `npm start` runs.", zh: "即 `npm start` 所运行的命令。" },
    },
    {
      command: "moorline sandbox --once --data /tmp/demo",
      explanation: {
        en: "The proofs alone; exit code 0 if all hold.",
        zh: "仅运行验证；全部通过时退出码为 0。",
      },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const data = resolve(io.workingDirectory, invocation.option("data") ?? ".moorline/sandbox");
    makeDataFolder(data);
    const identity = await sandboxIdentity(data, io.clock.now());
    await using servers = await startServers({
      data,
      identity,
      signal: io.signal,
      harborPort: port(invocation, "harbor-port"),
      kubernetesPort: port(invocation, "kubernetes-port"),
      kubespherePort: port(invocation, "kubesphere-port"),
    });
    const addresses = {
      harbor: servers.harbor.url,
      kubernetes: servers.kubernetes.url,
      kubesphere: servers.kubesphere.url,
      data,
    };
    io.out(`${render(message("sandbox.started", addresses), language)}\n`);
    io.out(`${render(message("sandbox.seeded"), language)}\n`);
    const quickstart = copyQuickstart(`${data}/quickstart`, servers.harbor.port);
    const good = await demonstrate({ invocation, servers, identity, data, quickstart });
    if (!good) io.out(`${render(message("sandbox.failed"), language)}\n`);
    if (!invocation.flag("once") && !io.stopping.aborted) {
      const lines = pointers(servers, data).map((line) => `  ${line}`);
      io.out(`\n${render(message("sandbox.pointers"), language)}\n${lines.join("\n")}\n`);
      io.out(`\n${render(message("sandbox.running"), language)}\n`);
      await once(io.stopping, "abort");
      io.out(`${render(message("sandbox.stopped", { data }), language)}\n`);
    }
    return good ? exitCodes.done : exitCodes.error;
  },
};

function port(invocation: Invocation, name: string): number {
  const value = Number(invocation.option(name));
  if (Number.isInteger(value) && value >= 0 && value < 65_536) return value;
  throw new MoorlineError("CLI_OPTION_CHOICE", {
    subject: "moorline sandbox",
    parameters: { option: `--${name}`, value: invocation.option(name) ?? "", choices: "0–65535" },
  });
}

function makeDataFolder(data: string): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    throw new MoorlineError("SANDBOX_DATA_UNUSABLE", {
      subject: data,
      parameters: { reason },
      cause: thrown,
    });
  }
}
