import type { MessageTable } from "./table.ts";

/** What the doctor says around its causes. */
export const doctorMessages = {
  "doctor.healthy": { en: "{subject}: nothing found.", zh: "{subject}：未发现问题。" },
  "doctor.open": {
    en: "{subject}: not established; nothing wrong was seen, but not everything could be asked.",
    zh: "{subject}：未能确定；未发现问题，但有些内容无法查询。",
  },
  "doctor.nothing": { en: "No pod waits for an image.", zh: "没有 Pod 在等待镜像。" },
  "doctor.unknown": { en: "could not be told: {reason}", zh: "无法判断：{reason}" },
  "doctor.evidence": {
    en: "Evidence ({probe}, {subject}): {told}",
    zh: "证据（{probe}，{subject}）：{told}",
  },
  "doctor.fix": { en: "Fix: {text}", zh: "处理：{text}" },
  "doctor.proof": { en: "Proof: {text}", zh: "验证：{text}" },
  "doctor.more": {
    en: "{count} more pods wait for images and were not looked at; name a namespace with -n.",
    zh: "另有 {count} 个 Pod 在等待镜像，未检查；请用 -n 指定命名空间。",
  },
  "doctor.follows": { en: "follows from {code}", zh: "由 {code} 引起" },
  "doctor.fixWithout": {
    en: "Nothing was applied: --fix applies documents, and none were given with -f. Each fix above is for you to carry out.",
    zh: "未应用任何更改：--fix 通过应用文档来修复，但未用 -f 指定文档。请按上述处理方法手动操作。",
  },
  "doctor.fixNone": {
    en: "Nothing was applied: no document given with -f declares what would mend this. Each fix above is for you to carry out.",
    zh: "未应用任何更改：-f 指定的文档中没有能修复上述问题的内容。请按上述处理方法手动操作。",
  },
  "doctor.fixing": {
    en: "These documents declare what is right: {names}. Their plan:",
    zh: "以下文档声明了正确的状态：{names}。其计划如下：",
  },
  "doctor.again": { en: "Looking again:", zh: "重新检查：" },
  "doctor.stage.resolve": { en: "name resolved in {ms} ms", zh: "解析域名用时 {ms} 毫秒" },
  "doctor.stage.connect": { en: "connected in {ms} ms", zh: "建立连接用时 {ms} 毫秒" },
  "doctor.stage.handshake": { en: "TLS handshake in {ms} ms", zh: "TLS 握手用时 {ms} 毫秒" },
  "doctor.stage.token": { en: "token in {ms} ms", zh: "获取令牌用时 {ms} 毫秒" },
  "doctor.stage.manifest": { en: "manifest in {ms} ms", zh: "获取清单用时 {ms} 毫秒" },
  "doctor.layers": { en: "{count} layer(s), {size} MiB", zh: "{count} 个层，共 {size} MiB" },
  "doctor.download": {
    en: "over {connections} connection(s): {size} MiB in {ms} ms, {rate} MiB/s",
    zh: "{connections} 个连接：{size} MiB，用时 {ms} 毫秒，{rate} MiB/s",
  },
  "doctor.fast": { en: "Nothing in it is slow.", zh: "各环节均不慢。" },
} as const satisfies MessageTable;
