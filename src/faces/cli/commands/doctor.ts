import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Credential } from "../../../clients/harbor/credential.ts";
import { createKubernetesClient, type KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { loadKubeconfig } from "../../../clients/kubernetes/kubeconfig.ts";
import { isOpen, type Examination } from "../../../diagnosis/doctor/examine.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { message, render } from "../../../text/message.ts";
import type { Command, Invocation } from "../command.ts";
import { fix } from "../doctor/fix.ts";
import { look, type Seen } from "../doctor/look.ts";
import { measureSpeed, showSpeed, speedJson } from "../doctor/pull-speed.ts";
import { examinationJson, showExamination } from "../doctor/show.ts";
import { openSurroundings } from "../doctor/surroundings.ts";
import { parseTarget, type Target } from "../doctor/target.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { painter } from "../paint.ts";
import { openSession } from "../session.ts";
import { yesOption } from "./apply.ts";

export const doctor: Command = {
  name: "doctor",
  summary: { en: "Find why pulls fail, now.", zh: "找出当前拉取失败的原因。" },
  description: {
    en: "Looks at pods that wait for their images (what the kubelet says, the pull Secrets that the pod names, and the same pull from this machine with the same login), at images, registries, nodes and projects. With -f, Harbor is asked too: its components, the project, its policies, the robot. Names causes that the evidence shows, roots before what follows from them, with what to do and how to prove it.",
    zh: "检查等待镜像的 Pod（kubelet 的信息、Pod 指定的拉取密钥，以及在本机用相同凭证进行的相同拉取）、镜像、镜像仓库、节点和项目。使用 -f 时还会查询 Harbor：组件、项目、策略和机器人账户。只给出有证据的原因，根本原因在前，并说明如何处理和验证。",
  },
  arguments: [
    {
      name: "TARGET",
      variadic: true,
      optional: true,
      description: {
        en: "`pod NAME`, `image HOST/REPOSITORY:TAG`, `registry HOST`, `node NAME` or `project NAME`, or `pod/NAME` and so on; without, everything that hurts now.",
        zh: "`pod 名称`、`image 主机/仓库:标签`、`registry 主机`、`node 名称` 或 `project 名称`，也可写作 `pod/名称` 等；省略则检查当前所有问题。",
      },
    },
  ],
  options: [
    {
      ...inputOption,
      description: {
        en: "Documents that tell trust and account of each registry, so that Harbor itself can be asked. A file, a folder or -.",
        zh: "说明各镜像仓库的信任与账户的文档，以便查询 Harbor 本身。文件、目录或 -。",
      },
    },
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
      name: "fix",
      description: {
        en: "Apply those documents of -f that declare what is wrong as it should be: shows their plan, asks, and looks again. Everything else is left to you.",
        zh: "应用 -f 中声明了正确状态的文档：先显示计划并询问，完成后重新检查。其余问题需手动处理。",
      },
    },
    yesOption,
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
  const target = parseTarget(invocation.arguments);
  if (invocation.flag("fix") && invocation.option("output") === "json")
    throw new MoorlineError("DOCTOR_FIX_JSON", { subject: "--fix" });
  if (invocation.flag("pull-speed")) return await speed(invocation, target);
  await using stack = new AsyncDisposableStack();
  const hasDocuments = invocation.options("filename").length > 0;
  const session = hasDocuments ? stack.use(await openSession(invocation)) : undefined;
  const surroundings = stack.use(
    openSurroundings({
      io: invocation.io,
      world: session?.world,
      ca: await authorities(invocation),
      isAboutNodes: target.kind === "pod" || target.kind === "everything",
    }),
  );
  const question = {
    target,
    namespace: invocation.option("namespace"),
    documents: session?.documents ?? [],
    surroundings,
    world: session?.world,
    connect: async () => session?.world.kubernetes() ?? stack.use(await connect(invocation)),
  };
  let seen = await look(question, invocation.io.stopping);
  tell(seen, invocation);
  if (invocation.flag("fix") && seen.examinations.some((e) => e.diagnoses.length > 0)) {
    const isMended = await fix(seen.examinations, session, placeOf(target, question.namespace), invocation);
    if (isMended) {
      invocation.io.out(`\n${render(message("doctor.again"), invocation.language)}\n`);
      seen = await look(question, invocation.io.stopping);
      tell(seen, invocation);
    }
  }
  return isWell(seen.examinations) ? exitCodes.done : exitCodes.pending;
}

/** The namespace that was asked about, where it was one. */
function placeOf(target: Target, namespace: string | undefined): string | undefined {
  if (target.kind === "project") return target.name;
  return target.kind === "pod" ? (namespace ?? "default") : namespace;
}

const isWell = (examinations: readonly Examination[]): boolean =>
  examinations.every((e) => e.diagnoses.length === 0 && !isOpen(e));

function tell({ examinations, left }: Seen, invocation: Invocation): void {
  const { io, language } = invocation;
  if (invocation.option("output") === "json") {
    const data = examinations.map((e) => examinationJson(e, language));
    io.out(`${JSON.stringify(data, null, 2)}\n`);
  } else {
    const paint = painter(io.colours);
    if (examinations.length === 0) io.out(`${render(message("doctor.nothing"), language)}\n`);
    io.out(examinations.map((e) => `${showExamination(e, language, paint)}\n`).join(""));
  }
  if (left > 0) io.err(`${render(message("doctor.more", { count: left }), language)}\n`);
}

async function speed(invocation: Invocation, target: Target): Promise<number> {
  const { io, language } = invocation;
  if (target.kind !== "image") throw new MoorlineError("DOCTOR_TARGET", { subject: "--pull-speed" });
  const ca = await authorities(invocation);
  await using stack = new AsyncDisposableStack();
  const question = {
    image: target.image,
    tls: ca === undefined ? {} : { ca },
    credential: credentialOf(io),
    nodes: invocation.options("node"),
    connect: async (): Promise<KubernetesClient> => stack.use(await connect(invocation)),
  };
  const measured = await measureSpeed(question, io.stopping);
  const isJson = invocation.option("output") === "json";
  const json = () => JSON.stringify(speedJson(measured, language), null, 2);
  io.out(`${isJson ? json() : showSpeed(measured, language)}\n`);
  return exitCodes.done;
}

function credentialOf({ environment }: Invocation["io"]): Credential | undefined {
  const { HARBOR_USERNAME: username, HARBOR_PASSWORD: password } = environment;
  if (username === undefined || password === undefined) return undefined;
  return { username, password: new Sensitive(password) };
}

async function connect(invocation: Invocation): Promise<KubernetesClient & AsyncDisposable> {
  const { environment } = invocation.io;
  const [path, context] = [invocation.option("kubeconfig"), invocation.option("context")];
  const config = await loadKubeconfig({ path, context, environment });
  return createKubernetesClient(config, { fieldManager: "moorline" });
}

/** @throws TLS_AUTHORITIES_UNREADABLE */
async function authorities(invocation: Invocation): Promise<string | undefined> {
  const ca = invocation.option("ca");
  if (ca === undefined) return undefined;
  const subject = resolve(invocation.io.workingDirectory, ca);
  try {
    return await readFile(subject, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new MoorlineError("TLS_AUTHORITIES_UNREADABLE", { subject, parameters: { reason }, cause });
  }
}
