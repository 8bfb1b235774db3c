import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { nodeLimits } from "../../pull-speed/node-limits.ts";
import type { Evidence } from "../evidence.ts";
import { aside, ask, evidenceOf } from "./ask.ts";

interface Node extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly nodeInfo?: { readonly containerRuntimeVersion?: string };
  };
}

interface NodeEvent extends KubernetesObject {
  readonly type?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

/**
 * What the cluster says of a node, as far as pulls feel it: its conditions, its kubelet's limits, and its events.
 * @throws DOCTOR_NO_NODE, and what reading the node throws
 */
export async function probeNode(
  kubernetes: KubernetesClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const node = await kubernetes.get<Node>(resources.nodes, { name }, signal);
  if (node === undefined) throw new MoorlineError("DOCTOR_NO_NODE", { subject: `node/${name}` });
  const subject = `node/${name}`;
  const rest = await Promise.all([
    ask("kubelet", subject, signal, (stop) => probeLimits(kubernetes, name, stop)).then(aside),
    ask("events", subject, signal, (stop) => probeEvents(kubernetes, name, stop)),
  ]);
  return [...probeConditions(node, subject), ...rest.flat()];
}

function probeConditions({ status }: Node, subject: string): readonly Evidence[] {
  const say = evidenceOf("conditions", subject);
  const of = (type: string) => status?.conditions?.find((c) => c.type === type);
  const ready = of("Ready");
  const disk = of("DiskPressure");
  const wrong = [
    ...(ready?.status === "True"
      ? []
      : [say.wrong("NODE_NOT_READY", ...both(ready?.message ?? "it has never reported"))]),
    ...(disk?.status === "True"
      ? [say.wrong("NODE_DISK_PRESSURE", ...both(disk.message ?? "DiskPressure"))]
      : []),
  ];
  const runtime = status?.nodeInfo?.containerRuntimeVersion ?? "-";
  return wrong.length > 0 ? wrong : [say.fine(`it is Ready (${runtime})`, `节点就绪（${runtime}）`)];
}

const both = (words: string): [string, string] => [words, words];

/** Above this many pulls a second nobody is refused for long; at 0 there is no limit. */
const fewPulls = 2;

async function probeLimits(
  kubernetes: KubernetesClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { registryPullQps: rate, serializeImagePulls } = await nodeLimits(kubernetes, name, signal);
  const say = evidenceOf("kubelet", `node/${name}`);
  if (rate === undefined)
    return [say.unknown("its kubelet's configuration can not be read here", "无法读取其 kubelet 配置")];
  if (rate > 0 && rate < fewPulls)
    return [
      say.wrong(
        "NODE_PULLS_SLOWED",
        `its kubelet begins ${rate} pulls a second at most (registryPullQPS)`,
        `kubelet 每秒最多发起 ${rate} 次拉取（registryPullQPS）`,
      ),
    ];
  const how = serializeImagePulls === true ? "one after the other" : "at the same time";
  return [
    say.fine(
      `its kubelet pulls images ${how}, up to ${rate === 0 ? "any number" : rate} a second`,
      `kubelet ${serializeImagePulls === true ? "逐个" : "并行"}拉取镜像，每秒上限 ${rate === 0 ? "无" : rate}`,
    ),
  ];
}

/** Only what is told of the node itself: its pods are looked at by themselves. */
async function probeEvents(
  kubernetes: KubernetesClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { items } = await kubernetes.list<NodeEvent>(resources.events, {
    fieldSelector: `involvedObject.kind=Node,involvedObject.name=${name},type=Warning`,
    signal,
  });
  const messages = items
    .filter((e) => e.involvedObject?.kind === "Node" && e.involvedObject.name === name)
    .map((e) => e.message ?? "");
  return [...new Set(messages)]
    .filter((message) => imageWords.test(message))
    .map((message) => ({
      probe: "events",
      subject: `node/${name}`,
      outcome: "wrong",
      message,
      told: { en: message, zh: message },
    }));
}

const imageWords = /image|disk|garbage/i;
