import { makePlan } from "../../../engine/plan.ts";
import { kinds, nodeKinds } from "../../../kinds/registry.ts";
import { localHost } from "../../../clients/host/local.ts";
import { carryOut } from "../carry-out.ts";
import type { Command, Option } from "../command.ts";
import { carryOutOnNodes } from "../nodes/carry-out-on-nodes.ts";
import { chosenNodes, nodeOptions } from "../nodes/options.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { openSession } from "../session.ts";
import { yesOption } from "./apply.ts";

export const rootOption: Option = {
  name: "root",
  value: "PATH",
  description: {
    en: "Treat this folder as the node's root, for building images.",
    zh: "将该目录视为节点根目录，用于制作镜像。",
  },
};

export const nodeApply: Command = {
  name: "node apply",
  summary: {
    en: "Make this node's runtimes trust the registry.",
    zh: "使本节点的容器运行时信任该镜像仓库。",
  },
  description: {
    en: "Run on a node, as root. Finds containerd, docker and CRI-O, writes the CA (and the client certificate) where each reads it, restarts containerd only if config_path had to be set, and proves it by a handshake and a pull. Documents of other kinds are only read. With --on or --everywhere the same is done over SSH on nodes that a NodeTrust lists, one after the other, and never beyond a node that failed.",
    zh: "在节点上以 root 运行。识别 containerd、docker 与 CRI-O，将 CA（及客户端证书）写入各自读取的位置，仅在必须设置 config_path 时重启 containerd，并通过握手与拉取加以验证。其他类型的文档只读取、不执行。使用 --on 或 --everywhere 时，通过 SSH 在 NodeTrust 列出的节点上逐个执行，任一节点失败即停止。",
  },
  options: [
    inputOption,
    ...nodeOptions,
    yesOption,
    outputOption,
    { name: "all", description: { en: "Show every step of the plan.", zh: "显示计划的全部步骤。" } },
    {
      name: "remove",
      description: { en: "Take the trust away again.", zh: "撤销已写入的信任配置。" },
    },
    rootOption,
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline node apply -f moorline/ --yes",
      explanation: { en: "From a provisioning tool.", zh: "由主机配置工具调用。" },
    },
    {
      command: "moorline node apply -f moorline/ --everywhere",
      explanation: {
        en: "Over SSH, on every node of the documents.",
        zh: "通过 SSH 在文档列出的全部节点上执行。",
      },
    },
  ],
  exits: [
    {
      code: 130,
      meaning: { en: "stopped on request; run it again to go on", zh: "已按请求停止；再次运行即可继续" },
    },
  ],
  run: async (invocation) => {
    const root = invocation.option("root");
    await using session = await openSession(
      invocation,
      root === undefined ? {} : { host: localHost({ root }) },
    );
    const nodes = chosenNodes(invocation, session.documents);
    if (nodes !== undefined) return await carryOutOnNodes(nodes, session, invocation);
    const plan = await makePlan(session.documents, kinds, session.world, {
      direction: invocation.flag("remove") ? "remove" : "apply",
      only: nodeKinds,
      signal: invocation.io.stopping,
    });
    return await carryOut(plan, session.world, invocation);
  },
};
