import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { requireVersion } from "../../../clients/kubernetes/version.ts";
import { message, render as words } from "../../../text/message.ts";
import { installation } from "../../install/manifests.ts";
import type { Manifest } from "../../install/objects.ts";
import { put, ready, type Written } from "../../install/put.ts";
import { documentSet } from "../../../model/document-set.ts";
import { ask } from "../carry-out.ts";
import type { Command } from "../command.ts";
import { clusterOptions } from "../options.ts";
import { openWorld } from "../world.ts";
import { yesOption } from "./apply.ts";
import { installOptions, installSettings } from "./install-options.ts";

/** Kubernetes 1.21 brought policy/v1, 1.25 took policy/v1beta1 away. */
export async function budgetVersionOf(client: KubernetesClient, signal: AbortSignal): Promise<string> {
  const version = await client.version(signal);
  requireVersion(version, client.server);
  return version.major === 1 && version.minor < 21 ? "policy/v1beta1" : "policy/v1";
}

export const install: Command = {
  name: "install",
  summary: { en: "Put Moorline into the cluster.", zh: "将 Moorline 安装到集群。" },
  description: {
    en: "Writes the definitions of the kinds, a namespace, accounts with exactly the rights that are used, and the controller with its Service, NetworkPolicy and disruption budget; then waits until it is ready. Running it again upgrades. Documents and what they made stay as they are.",
    zh: "写入各类型的定义、命名空间、仅含实际所用权限的账户，以及控制器及其 Service、NetworkPolicy 与 PodDisruptionBudget，然后等待其就绪。再次运行即为升级。已有文档及其结果保持不变。",
  },
  options: [
    ...installOptions,
    yesOption,
    {
      name: "dry-run",
      description: {
        en: "Ask the server what would change, and write nothing.",
        zh: "仅询问服务器将有哪些更改，不写入。",
      },
    },
    {
      name: "no-wait",
      description: { en: "Do not wait until it is ready.", zh: "不等待就绪。" },
    },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline install --image harbor.example.com/tools/moorline:0.1.0 --admission",
      explanation: { en: "Controller and admission, two of each.", zh: "安装控制器与准入，各两个副本。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const settings = installSettings(invocation);
    await using world = openWorld({
      io,
      documents: documentSet([], []).set,
      kubeconfig: invocation.option("kubeconfig"),
      context: invocation.option("context"),
    });
    const client = await world.kubernetes();
    const budgetVersion = await budgetVersionOf(client, io.stopping);
    const manifests = installation(settings, budgetVersion);
    const dryRun = invocation.flag("dry-run");
    const say = (text: Parameters<typeof words>[0]): void => io.out(`${words(text, language)}\n`);
    if (!dryRun && !invocation.flag("yes")) {
      const preview = await putAll(manifests, client, true, io.stopping);
      tell(preview, say);
      if (
        !(await ask(message("install.confirm", { server: client.server }), "moorline install", invocation))
      ) {
        io.err(`${words(message("cli.notConfirmed"), language)}\n`);
        return 1;
      }
    }
    tell(await putAll(manifests, client, dryRun, io.stopping), say);
    if (dryRun || invocation.flag("no-wait")) return 0;
    for (const manifest of manifests.filter((m) => m.kind === "Deployment")) {
      await ready(manifest, client, { clock: io.clock, limitMs: 300_000, signal: io.stopping });
      say(message("install.ready", { name: manifest.metadata.name }));
    }
    return 0;
  },
};

async function putAll(
  manifests: readonly Manifest[],
  client: KubernetesClient,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<readonly Written[]> {
  const all: Written[] = [];
  for (const manifest of manifests) all.push(await put(manifest, client, { dryRun, signal }));
  return all;
}

function tell(all: readonly Written[], say: (text: Parameters<typeof words>[0]) => void): void {
  for (const { subject, change } of all)
    if (change !== "unchanged") say(message(`install.${change}`, { subject }));
  const unchanged = all.filter((w) => w.change === "unchanged").length;
  if (unchanged > 0) say(message("install.unchanged", { count: unchanged }));
}
