import type { MessageTable } from "./table.ts";

/** What the webhook's process says of itself. */
export const webhookMessages = {
  "webhook.ready": {
    en: "Serving admission at {address}; {bindings} bindings ask for it.",
    zh: "准入服务已在 {address} 就绪；{bindings} 个绑定启用了准入控制。",
  },
  "webhook.certificate": {
    en: "Serving a new certificate, valid until {until}.",
    zh: "已启用新证书，有效期至 {until}。",
  },
  "webhook.invalidDocument": {
    en: "{name} does not fit its schema; what was known of it before stays in force.",
    zh: "{name} 不符合其结构定义；继续沿用此前的内容。",
  },
  "webhook.stopped": { en: "Stopped.", zh: "已停止。" },
} as const satisfies MessageTable;
