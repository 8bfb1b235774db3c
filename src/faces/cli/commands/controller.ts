import { hostname } from "node:os";
import { documentSet } from "../../../model/document-set.ts";
import { MoorlineError, describeError } from "../../../model/errors.ts";
import { carriedOutByAgent } from "../../../kinds/node-agent/as-kind.ts";
import type { AgentSettings } from "../../../kinds/node-agent/objects.ts";
import { clusterKinds, kinds, nodeKinds } from "../../../kinds/registry.ts";
import { message, render } from "../../../text/message.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { startController, type Controller } from "../../controller/controller.ts";
import { countExchanges } from "../../controller/counted-exchanges.ts";
import { controllerMetrics } from "../../controller/metrics.ts";
import type { ControllerOptions } from "../../controller/options.ts";
import { readRevocationList } from "../../controller/revocation-lists.ts";
import { healthApp, listen, metricsApp, revocationApp, type Listening } from "../../controller/servers.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions } from "../options.ts";
import { programVersion } from "../version-line.ts";
import { openWorld } from "../world.ts";

export const controllerCommand: Command = {
  name: "controller",
  summary: { en: "Keep the documents in a cluster true, for ever.", zh: "持续使集群中的文档成为现实。" },
  description: {
    en: "Watches Moorline's documents in the cluster and carries out each by the same steps as `moorline apply`, until SIGTERM. Of several replicas one works; another takes over within seconds of its end. `moorline install` runs it in the cluster.",
    zh: "监视集群中的 Moorline 文档，并以与 `moorline apply` 相同的步骤逐一执行，直到收到 SIGTERM。多个副本中只有一个工作；它退出后数秒内由另一个接管。`moorline install` 会在集群中运行它。",
  },
  options: [
    {
      name: "leader-election",
      value: "YES|NO",
      choices: ["yes", "no"],
      default: "yes",
      description: {
        en: "Whether replicas elect one that works, by a Lease; no only where a single one can run.",
        zh: "多个副本是否通过 Lease 选出一个工作实例；仅在确定只运行一个实例时使用 no。",
      },
    },
    {
      name: "namespace",
      value: "NAME",
      default: "moorline-system",
      description: { en: "Where the Lease lies.", zh: "Lease 所在命名空间。" },
    },
    {
      name: "identity",
      value: "NAME",
      description: {
        en: "Who this replica is; POD_NAME or the host's name, and a number, otherwise.",
        zh: "本副本的标识；默认为 POD_NAME 或主机名加随机编号。",
      },
    },
    {
      name: "health-address",
      value: "ADDRESS:PORT",
      default: "127.0.0.1:8081",
      description: { en: "Where /healthz and /readyz are.", zh: "/healthz 与 /readyz 的监听地址。" },
    },
    {
      name: "metrics-address",
      value: "ADDRESS:PORT",
      default: "127.0.0.1:8080",
      description: { en: "Where /metrics is.", zh: "/metrics 的监听地址。" },
    },
    {
      name: "revocation-address",
      value: "ADDRESS:PORT",
      description: {
        en: "Where /<HarborCertificate>/ca.crl is; not served where not given.",
        zh: "/<HarborCertificate>/ca.crl 的监听地址；未填写则不提供。",
      },
    },
    {
      name: "workers",
      value: "N",
      default: "4",
      description: {
        en: "Documents that are carried out side by side, and four times as many batches of projects.",
        zh: "并行处理的文档数；项目批次数为其四倍。",
      },
    },
    {
      name: "resync",
      value: "MINUTES",
      default: "60",
      description: {
        en: "Everything is looked at again after so many minutes at the latest; earlier where something is due.",
        zh: "最迟多少分钟后重新检查全部文档；有到期项时会更早。",
      },
    },
    {
      name: "selector",
      value: "LABELS",
      description: {
        en: "Only documents with these labels (`stage=trial`), for a trial beside another; what they refer to must have them too.",
        zh: "仅处理带有这些标签（`stage=trial`）的文档，便于与其他实例并行试用；被引用的文档也必须带有这些标签。",
      },
    },
    {
      name: "node-agent-image",
      value: "IMAGE",
      description: {
        en: "Carry NodeTrust and NodeTuning out by a DaemonSet with this image of Moorline; they are left alone where not given.",
        zh: "使用该 Moorline 镜像以 DaemonSet 执行 NodeTrust 与 NodeTuning；未填写时不处理它们。",
      },
    },
    {
      name: "node-agent-namespace",
      value: "NAME",
      default: "moorline-nodes",
      description: {
        en: "The agent's namespace, which is not Moorline's own: its pods see the nodes' files.",
        zh: "节点代理的命名空间，须与 Moorline 自身的命名空间分开：其 Pod 可访问节点文件。",
      },
    },
    {
      name: "node-agent-api-server",
      value: "HOST:PORT",
      description: {
        en: "Where nodes reach the API server before kube-proxy runs there; the Service `kubernetes` by default.",
        zh: "kube-proxy 尚未运行时节点访问 API Server 的地址；默认使用 Service `kubernetes`。",
      },
    },
    {
      name: "node-agent-pull-secret",
      value: "NAME",
      repeatable: true,
      description: {
        en: "A registry Secret in that namespace, for the image; may be repeated.",
        zh: "该命名空间中用于拉取镜像的 Secret；可重复使用。",
      },
    },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline controller --leader-election no",
      explanation: { en: "By hand, against the current context.", zh: "手动运行，使用当前上下文。" },
    },
  ],
  run,
};

/** How nodes are seen to; undefined where they are not. */
function agentSettings({ option, options }: Invocation): AgentSettings | undefined {
  const image = option("node-agent-image");
  if (image === undefined) return undefined;
  const namespace = option("node-agent-namespace") ?? "moorline-nodes";
  const [, host, port] = /^(.+):(\d+)$/.exec(option("node-agent-api-server") ?? "") ?? [];
  return {
    namespace,
    image,
    imagePullSecrets: options("node-agent-pull-secret"),
    ...(host !== undefined && { apiServer: { host, port: Number(port) } }),
  };
}

/** Every kind, and which of them this controller carries out. */
function kindsHere(agent: AgentSettings | undefined): Pick<ControllerOptions, "kinds" | "carriedOut"> {
  if (agent === undefined) return { kinds, carriedOut: clusterKinds };
  return {
    kinds: carriedOutByAgent(kinds, agent),
    carriedOut: [...clusterKinds, ...nodeKinds],
  };
}

async function run(invocation: Invocation): Promise<number> {
  const { io, language, option } = invocation;
  const workers = wholeNumber(invocation, "workers", 64);
  const selector = option("selector");
  const resync = wholeNumber(invocation, "resync", 10_080);
  const metrics = controllerMetrics();
  await using world = openWorld({
    io,
    documents: documentSet([], []).set,
    kubeconfig: option("kubeconfig"),
    context: option("context"),
    onExchange: countExchanges(metrics.calls),
  });
  const client = await world.kubernetes();
  // Two processes may have one name: a pod that was killed and its successor, two runs on one machine.
  const unique = Buffer.from(io.random.bytes(4)).toString("hex");
  const identity = option("identity") ?? `${io.environment["POD_NAME"] ?? hostname()}-${unique}`;
  const say = (text: string): void => io.out(`${io.clock.now().toISOString()} ${text}\n`);
  const warn = troubles((text) => io.err(`${io.clock.now().toISOString()} ${text}\n`), io.clock);
  const giveUp = new AbortController();
  const controller = startController({
    client,
    metrics,
    world,
    ...kindsHere(agentSettings(invocation)),
    ...(selector !== undefined && { selector }),
    clock: io.clock,
    random: io.random,
    elapsed: () => performance.now(),
    language,
    identity,
    ...(option("leader-election") === "yes" && {
      lease: { namespace: option("namespace") ?? "", name: "moorline-controller" },
    }),
    workers,
    resyncMs: resync * 60_000,
    stopping: AbortSignal.any([io.stopping, giveUp.signal]),
    ...(globalThis.gc !== undefined && { releaseMemory: collect }),
    onTrouble: (error) => warn(`${error.code}: ${describeError(error, language).what}`),
    onLead: (leads) =>
      say(render(message(leads ? "controller.leads" : "controller.follows", { identity }), language)),
  });
  try {
    await using servers = await openServers(controller, client, invocation);
    const [health, metricsAt] = [servers.health.url, servers.metrics.url];
    const parameters = { version: programVersion(), identity, health, metrics: metricsAt };
    say(render(message("controller.started", parameters), language));
    if (servers.revocation !== undefined)
      say(render(message("controller.revocation", { url: servers.revocation.url }), language));
    await controller.ended;
  } finally {
    // A start that failed must not leave behind what goes on working, and keeps the process from its end.
    giveUp.abort();
    await controller.ended.catch(() => undefined);
  }
  return exitCodes.done;
}

/** With Node's `--expose-gc` alone: V8 by itself keeps for long what it once needed. */
function collect(): void {
  globalThis.gc?.({ type: "major", flavor: "last-resort" });
}

interface Servers extends AsyncDisposable {
  readonly health: Listening;
  readonly metrics: Listening;
  readonly revocation?: Listening;
}

/** @throws CLI_OPTION_CHOICE, CONTROLLER_CANNOT_LISTEN; what was opened is closed then */
async function openServers(
  controller: Controller,
  client: KubernetesClient,
  { io, option }: Invocation,
): Promise<Servers> {
  await using opening = new AsyncDisposableStack();
  const open = async (app: Parameters<typeof listen>[0], name: string): Promise<Listening> =>
    opening.use(await listen(app, option(name) ?? "", `--${name}`));
  const { isReady, missingKinds, metrics: told, refresh, sight } = controller;
  const health = await open(healthApp(isReady, missingKinds), "health-address");
  const metrics = await open(metricsApp(told, refresh), "metrics-address");
  let revocation: Listening | undefined;
  if (option("revocation-address") !== undefined) {
    const read = (certificate: string): Promise<string | undefined> =>
      readRevocationList(certificate, sight.documents, client, AbortSignal.timeout(10_000));
    revocation = await open(
      revocationApp(read, () => io.clock.now()),
      "revocation-address",
    );
  }
  const servers = opening.move();
  const all = { health, metrics, ...(revocation !== undefined && { revocation }) };
  return { ...all, [Symbol.asyncDispose]: () => servers.disposeAsync() };
}

function wholeNumber(invocation: Invocation, name: string, most: number): number {
  const value = invocation.option(name) ?? "";
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new MoorlineError("CLI_OPTION_CHOICE", {
    subject: "moorline controller",
    parameters: { option: `--${name}`, value, choices: `1 … ${most}` },
  });
}

/** Says the same trouble once a minute: a server that is down is told of by every watch at every try. */
function troubles(say: (text: string) => void, clock: { now(): Date }): (text: string) => void {
  const said = new Map<string, number>();
  return (text) => {
    const now = clock.now().getTime();
    if (now - (said.get(text) ?? -Infinity) < 60_000) return;
    if (said.size > 200) said.clear();
    said.set(text, now);
    say(text);
  };
}
