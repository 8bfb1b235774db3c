import type { MessageTable } from "./table.ts";

/** What admission tells whoever creates a pod. */
export const admissionMessages = {
  "admission.invalidName": {
    en: 'Container {container}: "{image}" is no image name: {reason}. Write host/project/repository:tag or …@sha256:….',
    zh: "容器 {container}：“{image}”不是有效的镜像名称：{reason}。请写成 主机/项目/仓库:标签 或 …@sha256:…。",
  },
  "admission.notAllowed": {
    en: "Image {image} may not run in this project: ProjectBinding {binding} allows {places}. Push or copy it there, or ask the platform's administrators to allow where it is.",
    zh: "本项目不允许运行镜像 {image}：ProjectBinding {binding} 允许的来源为 {places}。请将镜像推送或复制到其中，或请平台管理员放行其来源。",
  },
  "admission.noDigest": {
    en: "Image {image} is named by a tag, which may be moved; this project runs images by digest. Write {name}@sha256:…, as Harbor shows it beside the artifact.",
    zh: "镜像 {image} 以标签指定，而标签可能被移动；本项目只运行以摘要指定的镜像。请改写为 {name}@sha256:…，摘要可在 Harbor 的 Artifact 页面查看。",
  },
  "admission.vulnerable": {
    en: "Image {image} has {found} ({examples}); the project allows none {maximum}. Rebuild it with fixed packages, or ask the administrators of Harbor project {project} to put what does not concern it on the CVE allowlist.",
    zh: "镜像 {image} 存在{found}（{examples}）；本项目不允许{maximum}的漏洞。请使用已修复的软件包重新构建，或请 Harbor 项目 {project} 的管理员将不受影响的漏洞加入 CVE 白名单。",
  },
  "admission.unscannedRefused": {
    en: "Image {image} has no scan report: {status}. The project runs scanned images only. Scan it in Harbor (project, repository, artifact, Scan) and try again.",
    zh: "镜像 {image} 没有扫描报告：{status}。本项目只运行已扫描的镜像。请在 Harbor 中扫描（项目、镜像仓库、Artifact、扫描）后重试。",
  },
  "admission.unscannedAllowed": {
    en: "Image {image} has no scan report: {status}. It runs all the same, as the project's binding says.",
    zh: "镜像 {image} 没有扫描报告：{status}。按项目绑定的设置仍允许运行。",
  },
  "admission.unknownRefused": {
    en: "What Harbor {harbor} knows of image {image} could not be read ({reason}), and the project refuses what is not known. Try again in a moment; if it stays so, ask the platform's administrators.",
    zh: "无法读取 Harbor {harbor} 上镜像 {image} 的扫描信息（{reason}），本项目拒绝情况不明的镜像。请稍后重试；若一直如此，请联系平台管理员。",
  },
  "admission.unknownAllowed": {
    en: "What Harbor {harbor} knows of image {image} could not be read ({reason}). It runs all the same, as the project's binding fails open.",
    zh: "无法读取 Harbor {harbor} 上镜像 {image} 的扫描信息（{reason}）。按项目绑定的放行设置仍允许运行。",
  },
  "admission.podsWillBeRefused": {
    en: "Pods of this {kind} will be refused: {reason}",
    zh: "此 {kind} 的 Pod 将被拒绝：{reason}",
  },
} as const satisfies MessageTable;
