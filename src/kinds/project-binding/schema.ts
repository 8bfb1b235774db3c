import { z } from "zod";
import { described, type KindSchema } from "../../model/kind-schema.ts";
import { clusterReference } from "../shared/cluster-reference.ts";
import { objectName } from "../shared/fields.ts";
import { storageSize } from "../shared/storage-size.ts";
import { admission } from "./admission/schema.ts";

const dnsLabel = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "is not the name of a project: lower-case letters, digits and '-' only (RFC 1123) | 不是有效的项目名称：只能包含小写字母、数字和“-”（RFC 1123）",
  );

/** Harbor's own rule for names of projects and robots (facts/harbor.md §1.4, §1.6). */
const harborName = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
    "is not a name that Harbor takes: lower-case letters and digits, with single '.', '_' or '-' between them | 不是 Harbor 接受的名称：只能包含小写字母和数字，中间可用单个“.”、“_”或“-”分隔",
  );

const labelText = z.string().max(317);

const selector = z.strictObject({
  matchLabels: described(
    z.record(labelText, z.string().max(63)).refine((labels) => Object.keys(labels).length > 0, {
      message: "expected at least one label",
      params: { zh: "至少需要一个标签" },
    }),
    "Labels that a project must have, all of them.",
    "项目必须具有的全部标签。",
  ),
});

const projects = z
  .strictObject({
    workspace: described(
      objectName.optional(),
      "The KubeSphere workspace whose projects are meant.",
      "所选项目所属的 KubeSphere 企业空间。",
    ),
    selector: described(
      selector.optional(),
      "Labels by which projects are chosen; works on plain Kubernetes too.",
      "按标签选择项目；在普通 Kubernetes 上同样可用。",
    ),
    names: described(
      z.array(dnsLabel).min(1).max(10_000).optional(),
      "Names of projects (namespaces).",
      "项目（命名空间）名称。",
    ),
  })
  .refine((p) => p.workspace !== undefined || p.selector !== undefined || p.names !== undefined, {
    message: "give at least one of workspace, selector and names",
    params: { zh: "workspace、selector、names 至少填写一项" },
  });

const harborProject = z
  .strictObject({
    name: described(
      harborName.optional(),
      "One Harbor project for all chosen projects, matched by its exact name.",
      "所有选中项目共用的 Harbor 项目，按名称精确匹配。",
    ),
    perNamespace: described(
      z.boolean().default(false),
      "Each project gets the Harbor project of its own name instead.",
      "改为每个项目使用与自身同名的 Harbor 项目。",
    ),
    create: described(
      z.boolean().default(true),
      "Create the Harbor project where it is missing.",
      "Harbor 项目不存在时自动创建。",
    ),
    public: described(
      z.boolean().optional(),
      "Whether anybody may pull without a credential. A created project is private unless this says true; a project that was there keeps what it has unless this is given.",
      "是否允许匿名拉取。新建项目默认私有；已存在的项目在未填写时保持原值。",
    ),
    storageLimit: described(
      storageSize.optional(),
      "The project's storage quota, such as 50Gi, or unlimited. Harbor's own default where not given.",
      "项目的存储配额，例如 50Gi，或 unlimited。未填写时采用 Harbor 自身的默认值。",
    ),
    autoScan: described(
      z.boolean().optional(),
      "Scan each image as it is pushed. True for a created project unless this says otherwise; a project that was there keeps what it has unless this is given.",
      "推送镜像时自动扫描。新建项目默认开启；已存在的项目在未填写时保持原值。",
    ),
    preventVulnerable: described(
      z.boolean().optional(),
      "Refuse the pull of images with vulnerabilities of `severity` or worse.",
      "禁止拉取存在 `severity` 及以上级别漏洞的镜像。",
    ),
    severity: described(
      z.enum(["none", "low", "medium", "high", "critical"]).optional(),
      "The severity from which `preventVulnerable` refuses.",
      "`preventVulnerable` 生效的漏洞级别下限。",
    ),
    deletionPolicy: described(
      z.enum(["Retain", "Delete"]).default("Retain"),
      "What becomes of the Harbor project when the binding goes. Delete removes it only if Moorline created it, this document names it, and no repository is left in it.",
      "绑定移除时如何处理 Harbor 项目。Delete 仅在该项目由 Moorline 创建、由本文档按名称指定且其中没有任何仓库时才会删除。",
    ),
  })
  .refine((p) => (p.name !== undefined) !== p.perNamespace, {
    message: "give either name or perNamespace: true",
    params: { zh: "name 与 perNamespace: true 必须且只能选择一项" },
  })
  .refine((p) => p.deletionPolicy === "Retain" || p.name !== undefined, {
    message: "Delete needs the project's name: nothing is deleted that the document does not name",
    params: { zh: "Delete 需要写明项目名称：文档未写明的项目一律不会被删除" },
    path: ["deletionPolicy"],
  });

const robot = z
  .strictObject({
    namePrefix: described(
      harborName.max(100).optional(),
      "What the robots' names begin with; the binding's name by default.",
      "机器人账户名称前缀；默认为绑定的名称。",
    ),
    permissions: described(
      z
        .array(z.enum(["pull", "push"]))
        .min(1)
        .max(2)
        .default(["pull"]),
      "What the robots may do in the Harbor project. Anything but pull is more than a kubelet needs.",
      "机器人账户在 Harbor 项目中的权限。kubelet 只需要 pull。",
    ),
    durationDays: described(
      z.int().min(1).max(3650).default(90),
      "How long a credential is valid, in days.",
      "凭据有效期（天）。",
    ),
    renewBeforeDays: described(
      z.int().min(0).max(3649).optional(),
      "How many days before its end a credential is replaced; a third of its life by default.",
      "到期前多少天更换凭据；默认为有效期的三分之一。",
    ),
    neverExpires: described(
      z.boolean().default(false),
      "Weaker: credentials that are valid for ever. Each report says so.",
      "降低安全性：凭据永不过期。每次报告都会提示。",
    ),
  })
  .refine((r) => r.renewBeforeDays === undefined || r.renewBeforeDays < r.durationDays, {
    message: "must be less than durationDays",
    params: { zh: "必须小于 durationDays" },
    path: ["renewBeforeDays"],
  });

/** What most bindings call their Secrets. */
export const usualSecretName = "harbor";

const secret = z.strictObject({
  name: described(
    objectName.default(usualSecretName),
    "Name of the registry Secret in each project.",
    "每个项目中镜像服务 Secret 的名称。",
  ),
  serviceAccounts: described(
    z.array(objectName).max(50).default(["default"]),
    "Service accounts whose pods pull with it. The console overwrites the imagePullSecrets of workloads, but never those of service accounts.",
    "使用该 Secret 拉取镜像的服务账户。控制台会覆盖工作负载的 imagePullSecrets，但不会改动服务账户。",
  ),
  email: described(
    z.string().max(254).default(""),
    "The e-mail address in the Secret; nothing reads it.",
    "Secret 中的邮箱；仅作展示。",
  ),
  defaultRegistry: described(
    z.boolean().default(false),
    "Preselect this registry in the console's workload form (KubeSphere 3.4 and later).",
    "在控制台创建工作负载时默认选中该镜像服务（KubeSphere 3.4 及以上）。",
  ),
  adoptExisting: described(
    z.boolean().default(false),
    "Take over a Secret of that name that Moorline did not make, once the new credential is proved.",
    "在新凭据验证通过后，接管同名但非 Moorline 创建的 Secret。",
  ),
});

const spec = z.strictObject({
  registry: described(objectName, "Name of the HarborRegistry document.", "HarborRegistry 文档的名称。"),
  cluster: described(
    clusterReference.optional(),
    "The cluster whose projects are meant; the one that Moorline talks to by itself where not given. Each cluster has a binding of its own, so that one that is not reached holds up no other.",
    "所选项目所在的集群；未填写时为 Moorline 自身连接的集群。每个集群使用各自的绑定，某个集群不可达不会影响其他集群。",
  ),
  projects: described(
    projects,
    "The KubeSphere projects to bind: those that fit every condition given here.",
    "要绑定的 KubeSphere 项目：须同时满足此处给出的所有条件。",
  ),
  harborProject: described(
    harborProject,
    "The Harbor project they pull from.",
    "它们拉取镜像所用的 Harbor 项目。",
  ),
  robot: described(robot.prefault({}), "The robot account of each project.", "每个项目的机器人账户。"),
  secret: described(
    secret.prefault({}),
    "The registry Secret in each project, as the console would write it.",
    "每个项目中的镜像服务 Secret，格式与控制台写入的一致。",
  ),
  admission: described(
    admission.optional(),
    "What happens to pods when they are created in these projects; needs the webhook (`moorline webhook`). Nothing where not given.",
    "在这些项目中创建 Pod 时的处理；需要运行准入服务（`moorline webhook`）。未填写时不做任何处理。",
  ),
});

/** A checked ProjectBinding. */
export type ProjectBindingSpec = z.infer<typeof spec>;

export const projectBindingSchema: KindSchema<ProjectBindingSpec> = {
  kind: "ProjectBinding",
  plural: "projectbindings",
  shortNames: ["pb"],
  description: {
    en: "Binds KubeSphere projects to a Harbor project: one least-privilege robot, one registry Secret and its links per project, renewed before they expire.",
    zh: "将 KubeSphere 项目绑定到 Harbor 项目：每个项目一个最小权限机器人账户、一个镜像服务 Secret 及其关联，并在到期前自动更换。",
  },
  spec,
  columns: [
    { name: "Registry", type: "string", jsonPath: ".spec.registry" },
    { name: "Workspace", type: "string", jsonPath: ".spec.projects.workspace" },
    { name: "HarborProject", type: "string", jsonPath: ".spec.harborProject.name" },
  ],
  references: (spec) => [{ kind: "HarborRegistry", name: spec.registry }],
};
