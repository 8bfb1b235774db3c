import type { ErrorTable } from "./table.ts";

/** Errors of the admission webhook. */
export const webhookErrors = {
  WEBHOOK_CERTIFICATE_UNREADABLE: {
    retry: "later",
    en: {
      what: "The webhook's file {subject} can not be read: {reason}.",
      remedy: "Look at its path, owner and mode; the certificate that is served stays until it can be read.",
    },
    zh: {
      what: "无法读取准入服务的文件 {subject}：{reason}。",
      remedy: "请检查路径、属主和权限；在可读取之前继续使用当前证书。",
    },
  },
} as const satisfies ErrorTable;
