import { z } from "zod";
import { described } from "../../../model/kind-schema.ts";
import { objectName } from "../../shared/fields.ts";

/** Where images come from: a registry host, with a path below it or without. */
const imagePrefix = z
  .string()
  .max(300)
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
    "is not the beginning of an image name: host[:port][/path] in lower case, without tag | 不是镜像名称的前缀：应为小写的 主机[:端口][/路径]，不含标签",
  )
  // Docker takes a first part without dot and port for a path at Docker Hub.
  .regex(
    /^(localhost|[^/]*[.:][^/]*)(\/|$)/,
    "must begin with a host, such as docker.io or harbor.example.com | 必须以主机开头，例如 docker.io 或 harbor.example.com",
  );

const harborProjectName = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
    "is not the name of a Harbor project | 不是有效的 Harbor 项目名称",
  );

const rewrite = z.strictObject({
  from: described(
    imagePrefix,
    "How names of images begin that are meant, `docker.io` or `quay.io/team`. Names without a host are Docker Hub's, `nginx` is `docker.io/library/nginx`.",
    "要改写的镜像名称前缀，例如 `docker.io` 或 `quay.io/team`。不含主机的名称属于 Docker Hub，`nginx` 即 `docker.io/library/nginx`。",
  ),
  to: described(
    imagePrefix
      .regex(/\//, "names no Harbor project: host/project | 缺少 Harbor 项目：应为 主机/项目")
      .regex(/^(?!(index\.)?docker\.io\/)/, "is no Harbor | 不是 Harbor"),
    "What stands there instead, `harbor.example.com/dockerhub`.",
    "替换后的前缀，例如 `harbor.example.com/dockerhub`。",
  ),
});

const mutate = z.strictObject({
  pullSecret: described(
    z.boolean().default(true),
    "Give pods the registry Secret where neither they nor their service account name it, and an image comes from this Harbor.",
    "Pod 使用该 Harbor 的镜像，而 Pod 与其服务账户都未引用镜像服务 Secret 时，自动补上。",
  ),
  imagePullPolicy: described(
    z.enum(["Always", "IfNotPresent"]).optional(),
    "The pull policy of every container. Always makes each pod prove its right to an image that the node already has. Left as it is where not given.",
    "所有容器的镜像拉取策略。Always 会让每个 Pod 都证明自己有权使用节点上已有的镜像。未填写时保持原样。",
  ),
  rewrites: described(
    z.array(rewrite).max(50).default([]),
    "Names of upstream images, and what stands there instead: the longest `from` that fits counts. A name that begins with a `to` is left alone.",
    "上游镜像名称的改写规则：最长的匹配 `from` 生效。已以某个 `to` 开头的名称保持不变。",
  ),
  useProxyCaches: described(
    z.boolean().default(false),
    "Rewrite by the ProxyCache documents of the same HarborRegistry too; rules given here come first.",
    "同时按同一 HarborRegistry 的 ProxyCache 文档改写；此处给出的规则优先。",
  ),
});

const scan = z.strictObject({
  maximumSeverity: described(
    z.enum(["none", "low", "medium", "high"]).default("high"),
    "The worst vulnerability that may run: high refuses critical ones, medium refuses high and critical ones, none refuses any.",
    "允许运行的最高漏洞级别：high 拒绝危急漏洞，medium 拒绝严重和危急漏洞，none 拒绝任何漏洞。",
  ),
  unscanned: described(
    z.enum(["Refuse", "Warn", "Allow"]).default("Refuse"),
    "What becomes of images without a finished scan. Images that a proxy cache holds none of yet have none.",
    "未完成扫描的镜像如何处理。代理缓存尚未缓存的镜像没有扫描结果。",
  ),
  honourAllowlist: described(
    z.boolean().default(true),
    "Leave out CVEs on the allowlist of the Harbor project, or of the system where the project uses that one, until the list expires.",
    "忽略 Harbor 项目 CVE 白名单（或项目所沿用的系统白名单）中的漏洞，直至白名单到期。",
  ),
});

const validate = z.strictObject({
  allowedProjects: described(
    z.array(harborProjectName).max(200).optional(),
    "Harbor projects that images may come from, beside the binding's own and the targets of `rewrites`; `[]` allows those alone. Any image may run where this is not given.",
    "除绑定自身的 Harbor 项目和 `rewrites` 的目标外，还允许使用哪些 Harbor 项目的镜像；`[]` 表示仅允许前者。未填写时不限制镜像来源。",
  ),
  allowedImages: described(
    z.array(imagePrefix).max(200).default([]),
    "Beginnings of image names that may run beside those, such as what a service mesh puts into pods: `docker.io/istio`.",
    "另外允许的镜像名称前缀，例如服务网格注入 Pod 的镜像：`docker.io/istio`。",
  ),
  requireDigest: described(
    z.boolean().default(false),
    "Refuse images named by tag alone: a tag may be moved after it was judged, a digest can not.",
    "拒绝仅以标签指定的镜像：标签在判定之后仍可能被移动，摘要则不会。",
  ),
  scan: described(
    scan.optional(),
    "Ask Harbor's scan report before an image runs. Not asked where this is not given.",
    "镜像运行前查询 Harbor 的扫描报告。未填写时不查询。",
  ),
});

const exempt = z.strictObject({
  serviceAccounts: described(
    z.array(objectName).max(200).default([]),
    "Service accounts whose pods are left alone. Whoever may create pods in the project can run them as such an account.",
    "其 Pod 不受准入控制的服务账户。凡可在项目中创建 Pod 的用户，都能以这些账户运行 Pod。",
  ),
  namespaces: described(
    z.array(objectName).max(1000).default([]),
    "Projects of the binding that are left alone.",
    "绑定范围内不受准入控制的项目。",
  ),
});

/** What a binding asks of pods when they are created. */
export const admission = z
  .strictObject({
    mutate: described(
      mutate.optional(),
      "What is added to pods and changed in them. Nothing where not given.",
      "对 Pod 的补充与改写。未填写时不做任何改动。",
    ),
    validate: described(
      validate.optional(),
      "What pods must fulfil. Nothing is refused where not given.",
      "Pod 必须满足的要求。未填写时不拒绝任何 Pod。",
    ),
    failurePolicy: described(
      z.enum(["Open", "Closed"]).optional(),
      "What becomes of pods while Moorline's webhook is down, or Harbor does not answer in time: Open lets them in, Closed refuses them. Closed where `validate` is given, because a gate that falls open is none; Open otherwise.",
      "Moorline 准入服务不可用，或 Harbor 未及时应答时如何处理 Pod：Open 放行，Closed 拒绝。填写了 `validate` 时默认为 Closed，因为失效即放行的关卡形同虚设；否则默认为 Open。",
    ),
    exempt: described(
      exempt.prefault({}),
      "Who is left alone. Namespaces of the cluster and of KubeSphere itself always are.",
      "不受准入控制的对象。集群与 KubeSphere 自身的命名空间始终不受影响。",
    ),
  })
  .refine((a) => a.mutate !== undefined || a.validate !== undefined, {
    message: "give at least one of mutate and validate",
    params: { zh: "mutate 与 validate 至少填写一项" },
  });

export type AdmissionSpec = z.infer<typeof admission>;
