import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { concurrently } from "../../../clients/concurrency.ts";
import type { Credential } from "../../../clients/harbor/credential.ts";
import { openEndpoint } from "../../../clients/http/endpoint.ts";
import { createKubernetesClient, type KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { loadKubeconfig } from "../../../clients/kubernetes/kubeconfig.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import {
  examineImage,
  examinePod,
  isOpen,
  type Examination,
  type Surroundings,
} from "../../../diagnosis/doctor/examine.ts";
import { waitingImages, type Pod } from "../../../diagnosis/doctor/probes/pod.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { message, render } from "../../../text/message.ts";
import type { Command, Invocation } from "../command.ts";
import { examinationJson, showExamination } from "../doctor/show.ts";
import { measureSpeed, showSpeed, speedJson } from "../doctor/pull-speed.ts";
import { parseTarget } from "../doctor/target.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, outputOption } from "../options.ts";
import { painter } from "../paint.ts";

/** Pods that one run looks at; more fail of the same causes. */
const mostPods = 50;

export const doctor: Command = {
  name: "doctor",
  summary: { en: "Find why pulls fail, now.", zh: "找出当前拉取失败的原因。" },
  description: {
    en: "Looks at pods that wait for their images: what the kubelet says, the pull Secrets that the pod names, and the same pull from this machine with the same login, as far as the first layer's head. `image` tries one image from this machine as nobody. Names causes that the evidence shows, with what to do and how to prove it; nothing is changed.",
    zh: "检查等待镜像的 Pod：kubelet 的信息、Pod 指定的拉取密钥，以及在本机用相同凭证进行的相同拉取（到首个层为止）。`image` 以匿名方式在本机尝试一个镜像。只给出有证据的原因，并说明如何处理和验证；不做任何更改。",
  },
  arguments: [
    {
      name: "TARGET",
      variadic: true,
      optional: true,
      description: {
        en: "`pod NAME` or `image HOST/REPOSITORY:TAG`; without, all pods that wait for images.",
        zh: "`pod 名称` 或 `image 主机/仓库:标签`；省略则检查所有等待镜像的 Pod。",
      },
    },
  ],
  options: [
    outputOption,
    {
      name: "namespace",
      short: "n",
      value: "NAMESPACE",
      description: {
        en: "Where the pods are; `default` for a named pod, otherwise all.",
        zh: "Pod 所在的命名空间；指定 Pod 时默认为 default，否则为全部。",
      },
    },
    {
      name: "ca",
      value: "FILE",
      description: {
        en: "PEM file of the CAs to trust; the machine's roots otherwise.",
        zh: "受信任 CA 的 PEM 文件；默认使用本机根证书。",
      },
    },
    {
      name: "node",
      value: "NAME",
      repeatable: true,
      description: {
        en: "With --pull-speed: also ask this node's kubelet for its limits. May be repeated.",
        zh: "与 --pull-speed 一起使用：同时查询该节点 kubelet 的限制。可重复使用。",
      },
    },
    {
      name: "pull-speed",
      description: {
        en: "With `image`: where the time of its pull goes, seen from this machine, and what to change. As HARBOR_USERNAME with HARBOR_PASSWORD where those are set; keeps nothing.",
        zh: "与 `image` 一起使用：从本机测量拉取各环节的用时，并给出改进建议。设置了 HARBOR_USERNAME 与 HARBOR_PASSWORD 时以其登录；不保存任何内容。",
      },
    },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline doctor --ca ca.crt",
      explanation: { en: "Everything that hurts in the cluster.", zh: "检查集群中的所有问题。" },
    },
    {
      command: "moorline doctor pod/web -n shop --ca ca.crt",
      explanation: { en: "Why one pod does not start.", zh: "某个 Pod 无法启动的原因。" },
    },
  ],
  exits: [
    {
      code: exitCodes.pending,
      meaning: { en: "A cause was found, or could not be looked for.", zh: "发现了问题，或无法确定。" },
    },
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const target = parseTarget(invocation.arguments);
  const ca = invocation.option("ca");
  const tls = ca === undefined ? {} : { ca: await readAuthorities(resolve(io.workingDirectory, ca)) };
  await using stack = new AsyncDisposableStack();
  if (invocation.flag("pull-speed")) {
    if (target.kind !== "image") throw new MoorlineError("DOCTOR_TARGET", { subject: "--pull-speed" });
    const connectNow = async (): Promise<KubernetesClient> => stack.use(await connect(invocation));
    const question = {
      image: target.image,
      tls,
      credential: credentialOf(io),
      nodes: invocation.options("node"),
      connect: connectNow,
    };
    const measured = await measureSpeed(question, io.stopping);
    const isJson = invocation.option("output") === "json";
    const json = () => JSON.stringify(speedJson(measured, language), null, 2);
    io.out(`${isJson ? json() : showSpeed(measured, language)}\n`);
    return exitCodes.done;
  }
  const surroundings: Surroundings = {
    endpoint: (url) => stack.use(openEndpoint(url, { tls, connections: 4 })),
    trustIsAssumed: ca === undefined && target.kind !== "image",
    now: io.clock.now().getTime(),
  };
  let left = 0;
  const found: Examination[] = [];
  if (target.kind === "image")
    found.push(await examineImage(target.image, undefined, surroundings, io.stopping));
  else {
    const kubernetes = stack.use(await connect(invocation));
    const namespace = invocation.option("namespace");
    const pods =
      target.kind === "pod"
        ? [await podNamed(kubernetes, target.name, namespace ?? "default", io.stopping)]
        : await waitingPods(kubernetes, namespace, io.stopping);
    left = Math.max(0, pods.length - mostPods);
    await concurrently(
      pods.slice(0, mostPods),
      4,
      async (pod) => void found.push(await examinePod(kubernetes, pod, surroundings, io.stopping)),
      io.stopping,
    );
  }
  found.sort((a, b) => (a.subject < b.subject ? -1 : 1));
  if (invocation.option("output") === "json")
    io.out(
      `${JSON.stringify(
        found.map((f) => examinationJson(f, language)),
        null,
        2,
      )}\n`,
    );
  else {
    const paint = painter(io.colours);
    if (found.length === 0) io.out(`${render(message("doctor.nothing"), language)}\n`);
    io.out(found.map((f) => `${showExamination(f, language, paint)}\n`).join(""));
  }
  if (left > 0) io.err(`${render(message("doctor.more", { count: left }), language)}\n`);
  return found.some((f) => f.diagnoses.length > 0 || isOpen(f)) ? exitCodes.pending : exitCodes.done;
}

function credentialOf({ environment }: Invocation["io"]): Credential | undefined {
  const { HARBOR_USERNAME: username, HARBOR_PASSWORD: password } = environment;
  if (username === undefined || password === undefined) return undefined;
  return { username, password: new Sensitive(password) };
}

async function podNamed(
  kubernetes: KubernetesClient,
  name: string,
  namespace: string,
  signal: AbortSignal,
): Promise<Pod> {
  const pod = await kubernetes.get<Pod>(resources.pods, { name, namespace }, signal);
  if (pod === undefined) throw new MoorlineError("DOCTOR_NO_POD", { subject: `pod/${namespace}/${name}` });
  return pod;
}

async function waitingPods(
  kubernetes: KubernetesClient,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const { items } = await kubernetes.list<Pod>(resources.pods, {
    ...(namespace !== undefined && { namespace }),
    signal,
  });
  return items.filter((pod) => waitingImages(pod).length > 0);
}

async function connect(invocation: Invocation): Promise<KubernetesClient & AsyncDisposable> {
  const { environment } = invocation.io;
  const [path, context] = [invocation.option("kubeconfig"), invocation.option("context")];
  const config = await loadKubeconfig({ path, context, environment });
  return createKubernetesClient(config, { fieldManager: "moorline" });
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    throw new MoorlineError("TLS_AUTHORITIES_UNREADABLE", {
      subject: path,
      parameters: { reason },
      cause: thrown,
    });
  }
}
