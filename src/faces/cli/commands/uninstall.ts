import { documentSet } from "../../../model/document-set.ts";
import { message, render as words } from "../../../text/message.ts";
import { take } from "../../install/take.ts";
import { ask } from "../carry-out.ts";
import type { Command } from "../command.ts";
import { clusterOptions } from "../options.ts";
import { openWorld } from "../world.ts";
import { yesOption } from "./apply.ts";
import { budgetVersionOf } from "./install.ts";
import { agentNamespaceOption, namespaceOption } from "./install-options.ts";

export const uninstall: Command = {
  name: "uninstall",
  summary: { en: "Take Moorline out of the cluster.", zh: "从集群中移除 Moorline。" },
  description: {
    en: "Takes away the webhook's registration first, so that no pod waits for it, then controller, webhook, node agent, accounts and rights. The definitions stay with the documents, and so do the namespaces and everything that documents made: robots, Secrets, trust. `moorline destroy` takes those away, best before.",
    zh: "首先移除 Webhook 注册，避免 Pod 等待它，然后移除控制器、Webhook、节点代理、账户与权限。类型定义与文档、命名空间以及文档所产生的一切（机器人账户、Secret、信任）都会保留；如需移除，请先使用 `moorline destroy`。",
  },
  options: [
    namespaceOption,
    agentNamespaceOption,
    yesOption,
    {
      name: "dry-run",
      description: { en: "Show what would go, and remove nothing.", zh: "仅显示将移除的内容。" },
    },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline uninstall --dry-run",
      explanation: { en: "What there is to take away.", zh: "查看将移除的内容。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    await using world = openWorld({
      io,
      documents: documentSet([], []).set,
      kubeconfig: invocation.option("kubeconfig"),
      context: invocation.option("context"),
    });
    const client = await world.kubernetes();
    const namespace = invocation.option("namespace") ?? "moorline-system";
    const agentNamespace = invocation.option("node-agent-namespace") ?? "moorline-nodes";
    const where = { namespace, agentNamespace };
    const version = await budgetVersionOf(client, io.stopping);
    const all = await take(where, version, client, { dryRun: true, signal: io.stopping });
    const say = (text: Parameters<typeof words>[0]): void => io.out(`${words(text, language)}\n`);
    for (const subject of all) say(message("install.removed", { subject }));
    if (all.length === 0) say(message("install.nothingThere", { namespace }));
    if (all.length === 0 || invocation.flag("dry-run")) return 0;
    const question = message("install.confirmRemoval", { server: client.server });
    if (!invocation.flag("yes") && !(await ask(question, "moorline uninstall", invocation))) {
      io.err(`${words(message("cli.notConfirmed"), language)}\n`);
      return 1;
    }
    await take(where, version, client, { dryRun: false, signal: io.stopping });
    say(message("install.gone", { count: all.length }));
    return 0;
  },
};
