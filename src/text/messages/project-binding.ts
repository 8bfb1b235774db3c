import type { MessageTable } from "./table.ts";

/** Words of ProjectBinding. */
export const projectBindingMessages = {
  "projectBinding.because": { en: "{reason}", zh: "{reason}" },
  "projectBinding.createProject": {
    en: "Create the Harbor project {project} ({visibility})",
    zh: "创建 Harbor 项目 {project}（{visibility}）",
  },
  "projectBinding.projectMissing": {
    en: "Harbor has no project of exactly this name.",
    zh: "Harbor 中没有名称完全相同的项目。",
  },
  "projectBinding.updateProject": {
    en: "Set {fields} of the Harbor project {project}",
    zh: "设置 Harbor 项目 {project} 的 {fields}",
  },
  "projectBinding.deleteProject": {
    en: "Delete the empty Harbor project {project}",
    zh: "删除空的 Harbor 项目 {project}",
  },
  "projectBinding.deletionAsked": {
    en: "The document names it with deletionPolicy: Delete, Moorline created it, and no repository is left in it.",
    zh: "文档写明了该项目并设置 deletionPolicy: Delete，它由 Moorline 创建，且其中没有任何仓库。",
  },
  "projectBinding.issue": {
    en: "Create a robot that may {permissions} in {project}, prove it, and write it to the Secret {secret} of {namespace}",
    zh: "在 {project} 中创建仅有 {permissions} 权限的机器人账户，验证后写入 {namespace} 的 Secret {secret}",
  },
  "projectBinding.replace": {
    en: "Replace the credential in the Secret {secret} of {namespace}: create a robot that may {permissions} in {project}, prove it, then switch",
    zh: "更换 {namespace} 的 Secret {secret} 中的凭据：在 {project} 中创建仅有 {permissions} 权限的机器人账户，验证后切换",
  },
  "projectBinding.noSecret": {
    en: "The project has no Secret to pull with.",
    zh: "该项目还没有用于拉取镜像的 Secret。",
  },
  "projectBinding.adopt": {
    en: "The document asks to take over the Secret that is there.",
    zh: "文档要求接管已存在的 Secret。",
  },
  "projectBinding.mend": {
    en: "Write the Secret {secret} of {namespace} as KubeSphere reads it, with the credential that it holds",
    zh: "按 KubeSphere 可识别的格式重写 {namespace} 的 Secret {secret}，沿用其中的凭据",
  },
  "projectBinding.link": {
    en: "Let the service account(s) {accounts} of {namespace} pull with the Secret {secret}",
    zh: "让 {namespace} 的服务账户 {accounts} 使用 Secret {secret} 拉取镜像",
  },
  "projectBinding.notLinked": {
    en: "Pods pull with what their service account names; the console does not overwrite that.",
    zh: "Pod 使用其服务账户引用的凭据拉取镜像，控制台不会覆盖该设置。",
  },
  "projectBinding.unlink": {
    en: "Take the Secret out of the service account(s) {accounts} of {namespace}",
    zh: "从 {namespace} 的服务账户 {accounts} 中移除该 Secret",
  },
  "projectBinding.noLongerAsked": {
    en: "The document does not ask for it any more.",
    zh: "文档不再需要它。",
  },
  "projectBinding.deleteSecret": {
    en: "Delete the Secret {secret} of {namespace}",
    zh: "删除 {namespace} 的 Secret {secret}",
  },
  "projectBinding.pullsStop": {
    en: "Pods of {namespace} that pull from Harbor after this find no credential.",
    zh: "此后 {namespace} 中需要从 Harbor 拉取镜像的 Pod 将没有凭据。",
  },
  "projectBinding.removeRobots": {
    en: "Delete {count} robot(s) of {namespace} in Harbor",
    zh: "删除 Harbor 中 {namespace} 的 {count} 个机器人账户",
  },
  "projectBinding.robotsUnused": {
    en: "No Secret holds them any more.",
    zh: "已没有 Secret 使用它们。",
  },
  "projectBinding.proofToken": {
    en: "A token for {project} with the Secret's own credential",
    zh: "使用 Secret 自身的凭据获取 {project} 的令牌",
  },
  "projectBinding.proofPull": {
    en: "A pull with the Secret's own credential",
    zh: "使用 Secret 自身的凭据拉取镜像",
  },
  "projectBinding.proofMissingTag": {
    en: "A tag that does not exist",
    zh: "请求不存在的标签",
  },
  "projectBinding.proofSecret": {
    en: "The Secret as the kubelet and KubeSphere read it, and its links",
    zh: "kubelet 与 KubeSphere 读取到的 Secret 及其关联",
  },
  "projectBinding.proofValidate": {
    en: "KubeSphere's own Validate button",
    zh: "KubeSphere 控制台的“验证”按钮",
  },
  "projectBinding.provedValidate": {
    en: "ks-apiserver trusts Harbor and its credential",
    zh: "ks-apiserver 信任 Harbor，凭据验证通过",
  },
  "projectBinding.provedToken": {
    en: "{granted} is granted, and nothing more",
    zh: "已授予 {granted}，且没有更多权限",
  },
  "projectBinding.provedTokens": {
    en: "{count} of {total} credentials are granted {granted} and nothing more",
    zh: "{total} 个凭据中有 {count} 个获得 {granted}，且没有更多权限",
  },
  "projectBinding.provedPull": {
    en: "manifest and token agree: {digest}",
    zh: "清单可读取：{digest}",
  },
  "projectBinding.provedMissingTag": {
    en: "answers 404, not 401",
    zh: "返回 404，而不是 401",
  },
  "projectBinding.provedSecret": {
    en: "one entry for {url}, linked to {accounts}",
    zh: "仅含 {url} 一个条目，已关联 {accounts}",
  },
  "projectBinding.provedSecrets": {
    en: "{count} of {total} projects have one entry for {url}, linked to {accounts}",
    zh: "{total} 个项目中有 {count} 个仅含 {url} 一个条目并已关联 {accounts}",
  },
  "projectBinding.unproved": { en: "{reason}", zh: "{reason}" },
} as const satisfies MessageTable;
