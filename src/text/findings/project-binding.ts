import type { FindingTable } from "./table.ts";

/** What can be found wrong: bindings of KubeSphere projects to Harbor projects. */
export const projectBindingFindings = {
  ROBOT_ROTATION_ASKED: {
    severity: "note",
    en: "{subject} holds the robot {robot}, which is to be rotated out.",
    zh: "{subject} 使用的机器人账户 {robot} 需要轮换。",
  },
  NO_PROJECT_CHOSEN: {
    severity: "warning",
    en: "{subject} chooses no project. {bound} project(s) that it bound before are left as they are; use `moorline destroy` to release them.",
    zh: "{subject} 未选中任何项目。此前绑定的 {bound} 个项目保持不变；如需解除绑定，请使用 `moorline destroy`。",
  },
  PROJECT_MISSING: {
    severity: "warning",
    en: "The project {subject} is named, but is not there or does not fit the other conditions; it is passed over.",
    zh: "文档中写明的项目 {subject} 不存在或不符合其他条件，已跳过。",
  },
  PROJECT_TERMINATING: {
    severity: "note",
    en: "The project {subject} is being deleted; it is passed over.",
    zh: "项目 {subject} 正在删除，已跳过。",
  },
  PROJECT_OF_SYSTEM: {
    severity: "note",
    en: "{subject} belongs to the platform itself and is not bound.",
    zh: "{subject} 属于平台自身，不会被绑定。",
  },
  PROJECT_OF_DEVOPS: {
    severity: "note",
    en: "{subject} is a DevOps project, whose namespace runs pipelines; it is not bound.",
    zh: "{subject} 是 DevOps 项目，其命名空间用于运行流水线，不会被绑定。",
  },
  HARBOR_PROJECT_MISSING: {
    severity: "error",
    en: "Harbor has no project {subject}, and the binding does not create it. Create it, or set `harborProject.create: true`.",
    zh: "Harbor 中没有项目 {subject}，且绑定未允许创建。请先创建该项目，或设置 `harborProject.create: true`。",
  },
  HARBOR_PROJECT_NAME_IMPOSSIBLE: {
    severity: "error",
    en: "The project {subject} has a name that Harbor does not take for a project of its own. Bind it with `harborProject.name`.",
    zh: "项目 {subject} 的名称不符合 Harbor 的命名规则，无法创建同名 Harbor 项目。请改用 `harborProject.name` 绑定。",
  },
  HARBOR_PROJECT_DIFFERS: {
    severity: "warning",
    en: "The Harbor project {subject} differs from the document in: {fields}.",
    zh: "Harbor 项目 {subject} 的以下设置与文档不一致：{fields}。",
  },
  HARBOR_PROJECT_IS_PUBLIC: {
    severity: "warning",
    en: "The Harbor project {subject} is public: anybody who reaches Harbor can pull from it without a credential.",
    zh: "Harbor 项目 {subject} 是公开的：任何能访问 Harbor 的人都可以匿名拉取镜像。",
  },
  HARBOR_PROJECT_KEPT: {
    severity: "note",
    en: "The Harbor project {subject} stays although the document says Delete: {reason}.",
    zh: "尽管文档要求删除，Harbor 项目 {subject} 仍会保留：{reason}。",
  },
  SECRET_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but Moorline did not make it; it is left alone. Choose another `secret.name`, or set `secret.adoptExisting: true` to have it taken over once a new credential is proved.",
    zh: "{subject} 已存在但不是 Moorline 创建的，保持不变。请更换 `secret.name`，或设置 `secret.adoptExisting: true`，在新凭据验证通过后接管。",
  },
  SECRET_OF_FEDERATION: {
    severity: "error",
    en: "{subject} comes from a FederatedSecret of this multi-cluster project, which would write it again; it is left alone. Choose another `secret.name`, or delete the FederatedSecret of that name in the host cluster.",
    zh: "{subject} 来自该多集群项目的 FederatedSecret，改动会被还原，因此保持不变。请更换 `secret.name`，或在 host 集群删除同名的 FederatedSecret。",
  },
  SECRET_OF_OTHER_BINDING: {
    severity: "error",
    en: "{subject} belongs to another ProjectBinding; it is left alone. Give each binding its own `secret.name` or its own projects.",
    zh: "{subject} 属于另一个 ProjectBinding，保持不变。请为每个绑定设置不同的 `secret.name` 或不同的项目。",
  },
  SECRET_NOT_ADOPTABLE: {
    severity: "error",
    en: "{subject} is not of the type kubernetes.io/dockerconfigjson and can not be taken over, because the type of a Secret can not be changed. Delete it or choose another `secret.name`.",
    zh: "{subject} 的类型不是 kubernetes.io/dockerconfigjson，而 Secret 的类型不可修改，因此无法接管。请删除它或更换 `secret.name`。",
  },
  SECRET_WRONG_TYPE: {
    severity: "error",
    en: "{subject} is not of the type kubernetes.io/dockerconfigjson, so no pull uses it.",
    zh: "{subject} 的类型不是 kubernetes.io/dockerconfigjson，拉取镜像时不会使用它。",
  },
  SECRET_UNREADABLE: {
    severity: "error",
    en: "The content of {subject} is not a registry configuration.",
    zh: "{subject} 的内容不是有效的镜像服务配置。",
  },
  SECRET_WITHOUT_CREDENTIAL: {
    severity: "error",
    en: "{subject} holds no user name or no password.",
    zh: "{subject} 中缺少用户名或密码。",
  },
  SECRET_FOR_OTHER_REGISTRY: {
    severity: "error",
    en: "{subject} holds a credential for another registry.",
    zh: "{subject} 中保存的是其他镜像仓库的凭据。",
  },
  SECRET_KEY_WITHOUT_SCHEME: {
    severity: "error",
    en: "The address in {subject} lacks https://, so KubeSphere checks the credential against Docker Hub.",
    zh: "{subject} 中的地址缺少 https://，KubeSphere 会向 Docker Hub 验证该凭据。",
  },
  SECRET_SEVERAL_REGISTRIES: {
    severity: "warning",
    en: "{subject} holds more than one registry; the console reads an arbitrary one and drops the others when it saves.",
    zh: "{subject} 中包含多个镜像仓库；控制台会任意读取其中一个，保存时丢弃其余。",
  },
  SECRET_AUTH_DIFFERS: {
    severity: "warning",
    en: "In {subject}, `auth` and `username` with `password` say different things; the kubelet and KubeSphere each read another one.",
    zh: "{subject} 中的 `auth` 与 `username`、`password` 不一致；kubelet 与 KubeSphere 分别读取不同的内容。",
  },
  SECRET_FORCE_INSECURE: {
    severity: "warning",
    en: '{subject} carries the annotation secret.kubesphere.io/force-insecure: with "true" KubeSphere does not check the certificate, and even "false" counts as true in the console.',
    zh: '{subject} 带有注解 secret.kubesphere.io/force-insecure：值为 "true" 时 KubeSphere 不验证证书，而控制台会把 "false" 也当作 true。',
  },
  SECRET_METADATA_DIFFERS: {
    severity: "note",
    en: "Labels, annotations or the e-mail address of {subject} differ from the document.",
    zh: "{subject} 的标签、注解或邮箱与文档不一致。",
  },
  ROBOT_GONE: {
    severity: "error",
    en: "The account {robot} in {subject} is not this project's robot in the Harbor project {project} (any more).",
    zh: "{subject} 中的账户 {robot} 不是（或已不再是）本项目在 Harbor 项目 {project} 中的机器人账户。",
  },
  ROBOT_DISABLED: {
    severity: "error",
    en: "The robot {robot} in {subject} is disabled.",
    zh: "{subject} 使用的机器人账户 {robot} 已被禁用。",
  },
  ROBOT_EXPIRED: {
    severity: "error",
    en: "The robot {robot} in {subject} expired at {at}.",
    zh: "{subject} 使用的机器人账户 {robot} 已于 {at} 过期。",
  },
  ROBOT_EXPIRES_SOON: {
    severity: "warning",
    en: "The robot {robot} in {subject} expires at {at} and is due to be replaced.",
    zh: "{subject} 使用的机器人账户 {robot} 将于 {at} 过期，需要更换。",
  },
  ROBOT_PERMISSIONS_DIFFER: {
    severity: "error",
    en: "The robot behind {subject} may {actual}; the document says {desired}.",
    zh: "{subject} 使用的机器人账户权限为 {actual}；文档要求 {desired}。",
  },
  ROBOT_LIVES_TOO_LONG: {
    severity: "warning",
    en: "The robot {robot} in {subject} is valid for longer than the {days} days that the document allows.",
    zh: "{subject} 使用的机器人账户 {robot} 的有效期超过文档允许的 {days} 天。",
  },
  CREDENTIAL_REFUSED: {
    severity: "error",
    en: "Harbor does not accept the credential of {robot} in {subject}.",
    zh: "Harbor 不接受 {subject} 中 {robot} 的凭据。",
  },
  ROBOT_NAME_TAKEN: {
    severity: "error",
    en: "No robot name is left for {subject}: robots that Moorline did not make bear {names}. They are left alone; remove them or set `robot.namePrefix`.",
    zh: "{subject} 没有可用的机器人账户名称：非 Moorline 创建的机器人账户占用了 {names}。它们保持不变；请删除它们或设置 `robot.namePrefix`。",
  },
  ROBOT_LEFT_OVER: {
    severity: "note",
    en: "{count} robot(s) of {subject} are in no use any more.",
    zh: "{subject} 有 {count} 个机器人账户已不再使用。",
  },
  SERVICE_ACCOUNT_MISSING: {
    severity: "warning",
    en: "{subject} is not there yet; it is linked as soon as it is.",
    zh: "{subject} 尚不存在；出现后会自动关联。",
  },
  SERVICE_ACCOUNT_NOT_LINKED: {
    severity: "error",
    en: "{subject} does not name the Secret {secret}: its pods pull without a credential.",
    zh: "{subject} 未引用 Secret {secret}：其 Pod 会在没有凭据的情况下拉取镜像。",
  },
  BINDING_ALLOWS_PUSH: {
    severity: "warning",
    en: "{subject} lets the robots push: whoever reads a Secret of a project can replace its images. Pulling needs `pull` only.",
    zh: "{subject} 允许机器人账户推送：任何能读取项目 Secret 的人都可以替换镜像。拉取镜像只需要 `pull`。",
  },
  BINDING_NEVER_EXPIRES: {
    severity: "warning",
    en: "{subject} asks for credentials that never expire: one that leaks stays good for ever.",
    zh: "{subject} 要求凭据永不过期：一旦泄露将长期有效。",
  },
} as const satisfies FindingTable;
