import type { MessageTable } from "./table.ts";

/** Words of certificates that cert-manager issues. */
export const certManagerMessages = {
  "certManager.writeIssuer": { en: "Write cert-manager's {issuer}", zh: "写入 cert-manager 的 {issuer}" },
  "certManager.ask": {
    en: "Ask cert-manager for the certificate {names}, and wait until its Secret holds it",
    zh: "向 cert-manager 申请证书 {names}，并等待其写入 Secret",
  },
  "certManager.remove": {
    en: "Delete {object}, and what cert-manager made for it",
    zh: "删除 {object} 及 cert-manager 为其生成的内容",
  },
  "certManager.becauseNoIssuer": { en: "it is not there", zh: "尚不存在" },
  "certManager.becauseDiffers": {
    en: "what is asked of cert-manager differs from the document",
    zh: "向 cert-manager 申请的内容与文档不一致",
  },
  "certManager.becauseNotAsked": {
    en: "the Secret holds a certificate, but no Certificate keeps it",
    zh: "Secret 中有证书，但没有对应的 Certificate 对象维护它",
  },
  "certManager.becauseUnderWay": { en: "cert-manager is at work on it", zh: "cert-manager 正在处理" },
} as const satisfies MessageTable;
