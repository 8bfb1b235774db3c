import { z } from "zod";
import { MoorlineError } from "../../../model/errors.ts";
import type { InstallSettings, NodeAgentInstall } from "../../install/settings.ts";
import type { Invocation, Option } from "../command.ts";

/** Where Moorline runs. */
export const namespaceOption: Option = {
  name: "namespace",
  short: "n",
  value: "NAME",
  default: "moorline-system",
  description: { en: "Where Moorline runs.", zh: "Moorline 运行所在的命名空间。" },
};

/** Where the node agent runs. */
export const agentNamespaceOption: Option = {
  name: "node-agent-namespace",
  value: "NAME",
  default: "moorline-nodes",
  description: {
    en: "The node agent's namespace, which is not Moorline's own: its pods see the nodes' files.",
    zh: "节点代理的命名空间，须与 Moorline 自身的命名空间分开：其 Pod 可访问节点文件。",
  },
};

const agentOptions: readonly Option[] = [
  {
    name: "node-agent",
    description: {
      en: "Carry out NodeTrust and NodeTuning on the nodes, by a DaemonSet that comes with the first such document.",
      zh: "在节点上执行 NodeTrust 与 NodeTuning；出现第一个此类文档时创建 DaemonSet。",
    },
  },
  agentNamespaceOption,
  {
    name: "node-agent-image",
    value: "REFERENCE",
    description: {
      en: "The node agent's image; the same as --image where not given.",
      zh: "节点代理的镜像；未填写时与 --image 相同。",
    },
  },
  {
    name: "node-agent-pull-secret",
    value: "NAME",
    repeatable: true,
    description: {
      en: "Registry Secret of the node agent's namespace by which its image is pulled; may be repeated.",
      zh: "节点代理命名空间中用于拉取其镜像的 Secret；可重复使用。",
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
    name: "node-agent-tuning",
    description: {
      en: "Let the node agent read kubelets' settings in effect (nodes/proxy, a wide right): needed for the proof of a NodeTuning.",
      zh: "允许节点代理读取 kubelet 实际生效的配置（nodes/proxy，权限较宽）：验证 NodeTuning 时需要。",
    },
  },
  {
    name: "node-agent-taint",
    description: {
      en: "Let the node agent change nodes: needed to take the startup taint off (`agent.startupTaint`).",
      zh: "允许节点代理修改 Node：移除启动污点（`agent.startupTaint`）时需要。",
    },
  },
];

/** Options that say what is installed; `render install` takes the same. */
export const installOptions: readonly Option[] = [
  {
    name: "image",
    value: "REFERENCE",
    description: {
      en: "The image of Moorline, by digest if you can; deploy/image builds it.",
      zh: "Moorline 镜像，建议使用摘要；可用 deploy/image 构建。",
    },
  },
  namespaceOption,
  {
    name: "replicas",
    value: "COUNT",
    default: "2",
    description: {
      en: "How many of each; one works, the others take over.",
      zh: "副本数；同一时间一个工作，其余随时接管。",
    },
  },
  {
    name: "pull-secret",
    value: "NAME",
    repeatable: true,
    description: {
      en: "Registry Secret of that namespace by which the image is pulled; may be repeated.",
      zh: "用于拉取该镜像的 Secret（位于同一命名空间）；可重复使用。",
    },
  },
  {
    name: "admission",
    description: {
      en: "Run the admission webhook too. It concerns only pods of bindings that ask for it.",
      zh: "同时运行准入 Webhook，仅影响启用了准入的绑定所管理的 Pod。",
    },
  },
  ...agentOptions,
];

const imageReference = z.string().regex(/^[\w.-]+(:\d+)?(\/[\w.-]+)+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/);
const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

const hostAndPort = z.string().regex(/^(\[[0-9a-f:.]+\]|[\w.-]+):\d{1,5}$/i);

function valid(option: string, value: string, schema: z.ZodType): string {
  if (schema.safeParse(value).success) return value;
  throw new MoorlineError("INSTALL_VALUE_INVALID", { subject: `--${option}`, parameters: { value } });
}

/** @throws INSTALL_IMAGE_MISSING, INSTALL_VALUE_INVALID */
export function installSettings(invocation: Invocation): InstallSettings {
  const image = invocation.option("image");
  if (image === undefined) throw new MoorlineError("INSTALL_IMAGE_MISSING", { subject: "--image" });
  const namespace = valid("namespace", invocation.option("namespace") ?? "moorline-system", namespaceName);
  const replicas = valid("replicas", invocation.option("replicas") ?? "2", z.string().regex(/^[1-9]$/));
  return {
    image: valid("image", image, imageReference),
    namespace,
    replicas: Number(replicas),
    imagePullSecrets: invocation
      .options("pull-secret")
      .map((name) => valid("pull-secret", name, namespaceName)),
    admission: invocation.flag("admission"),
    ...(invocation.flag("node-agent") && { nodeAgent: agentSettings(invocation, image, namespace) }),
  };
}

function agentSettings({ option, options, flag }: Invocation, image: string, home: string): NodeAgentInstall {
  const namespace = valid(
    "node-agent-namespace",
    option("node-agent-namespace") ?? "moorline-nodes",
    // In Moorline's own such pods are refused; in the system's, what is not ours would be labelled as ours.
    namespaceName.refine((name) => name !== home && name !== "default" && !name.startsWith("kube-")),
  );
  const apiServer = option("node-agent-api-server");
  return {
    namespace,
    image: valid("node-agent-image", option("node-agent-image") ?? image, imageReference),
    imagePullSecrets: options("node-agent-pull-secret").map((name) =>
      valid("node-agent-pull-secret", name, namespaceName),
    ),
    ...(apiServer !== undefined && { apiServer: valid("node-agent-api-server", apiServer, hostAndPort) }),
    tuning: flag("node-agent-tuning"),
    taint: flag("node-agent-taint"),
  };
}
