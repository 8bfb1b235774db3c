import type { MessageTable } from "./table.ts";

/** What the doctor says around its causes. */
export const doctorMessages = {
  "doctor.healthy": { en: "{subject}: nothing found.", zh: "{subject}：未发现问题。" },
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
} as const satisfies MessageTable;
