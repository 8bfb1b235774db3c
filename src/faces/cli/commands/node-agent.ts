import { mountedHost } from "../../../clients/host/mounted.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { runAgent } from "../../node-agent/run.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, inputOption } from "../options.ts";
import { Progress } from "../progress.ts";
import { openSession } from "../session.ts";

/** An option, else the variable that the DaemonSet sets. @throws NODE_AGENT_INCOMPLETE */
function given(invocation: Invocation, option: string, variable: string): string {
  const value = invocation.option(option) ?? invocation.io.environment[variable];
  if (value !== undefined && value !== "") return value;
  throw new MoorlineError("NODE_AGENT_INCOMPLETE", { subject: `--${option}`, parameters: { variable } });
}

export const nodeAgent: Command = {
  name: "node-agent",
  summary: {
    en: "Carry out what concerns this node, from a pod of it.",
    zh: "在本节点的 Pod 中执行与本节点有关的内容。",
  },
  description: {
    en: "The init container of the DaemonSet moorline-node-agent runs this, once: it carries out NodeTrust and NodeTuning on the machine whose root is mounted, restarts what must be restarted while no other node is restarted (the Lease moorline-node-restart), proves everything, takes the startup taint off, and leaves its result as the container's termination message.",
    zh: "由 DaemonSet moorline-node-agent 的 init 容器执行一次：在所挂载根目录对应的机器上执行 NodeTrust 与 NodeTuning，需要重启时确保没有其他节点正在重启（Lease moorline-node-restart），完成全部验证，移除启动污点，并将结果写入容器的终止消息。",
  },
  options: [
    inputOption,
    {
      name: "root",
      value: "PATH",
      default: "/host",
      description: { en: "Where the node's root is mounted.", zh: "节点根目录的挂载位置。" },
    },
    {
      name: "node",
      value: "NAME",
      description: { en: "The Node's name; $NODE_NAME by default.", zh: "节点名称；默认取 $NODE_NAME。" },
    },
    {
      name: "namespace",
      value: "NAME",
      description: {
        en: "Where the Lease of turns lies; $POD_NAMESPACE by default.",
        zh: "轮次 Lease 所在命名空间；默认取 $POD_NAMESPACE。",
      },
    },
    {
      name: "settle",
      value: "SECONDS",
      default: "15",
      description: {
        en: "How long the node must stay Ready after a restart before the next node may begin.",
        zh: "重启后节点须保持 Ready 的时长，之后才轮到下一个节点。",
      },
    },
    {
      name: "termination-log",
      value: "FILE",
      default: "/dev/termination-log",
      description: { en: "Where the result is written.", zh: "结果写入的文件。" },
    },
    ...clusterOptions,
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const name = given(invocation, "node", "NODE_NAME");
    const root = invocation.option("root") ?? "/host";
    const settle = Number(invocation.option("settle"));
    const progress = new Progress(io, language);
    const result = await runAgent(() => openSession(invocation, { host: mountedHost({ root, name }) }), {
      node: name,
      namespace: given(invocation, "namespace", "POD_NAMESPACE"),
      bundle: io.environment["MOORLINE_BUNDLE"] ?? "",
      terminationLog: invocation.option("termination-log") ?? "/dev/termination-log",
      settleMs: (Number.isFinite(settle) && settle >= 0 ? settle : 15) * 1000,
      onEvent: progress.onEvent,
      stopping: io.stopping,
      signal: io.signal,
    });
    progress.close();
    io.out(`${JSON.stringify(result)}\n`);
    return result.ok ? exitCodes.done : exitCodes.error;
  },
};
