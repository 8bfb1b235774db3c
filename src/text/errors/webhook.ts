import type { ErrorTable } from "./table.ts";

/** Errors of the admission webhook. */
export const webhookErrors = {
  WEBHOOK_CERTIFICATE_UNREADABLE: {
    retry: "later",
    en: {
      what: "The webhook's file {subject} can not be used: {reason}.",
      remedy:
        "Look at its path, owner and mode, and whether key and certificate belong together; what is served stays until they can be used.",
    },
    zh: {
      what: "无法使用准入服务的文件 {subject}：{reason}。",
      remedy: "请检查路径、属主和权限，以及私钥与证书是否配对；在可用之前继续使用当前证书。",
    },
  },
} as const satisfies ErrorTable;
