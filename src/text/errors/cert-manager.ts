import type { ErrorTable } from "./table.ts";

/** Errors of certificates that cert-manager issues. */
export const certManagerErrors = {
  CERT_MANAGER_ISSUE_FAILED: {
    retry: "never",
    en: {
      what: "cert-manager could not issue {subject}: {reason}",
      remedy:
        "Mend what is named at the issuer. cert-manager tries again by itself, an hour later at first; `cmctl renew` has it try at once. What is in use stays in use.",
    },
    zh: {
      what: "cert-manager 无法签发 {subject}：{reason}",
      remedy:
        "请在签发者处排除上述问题。cert-manager 会自动重试，首次间隔一小时；可用 `cmctl renew` 立即重试。正在使用的证书保持不变。",
    },
  },
  CERT_MANAGER_NOT_READY: {
    retry: "never",
    en: {
      what: "cert-manager has not issued {subject} yet: {reason}",
      remedy:
        "Look whether cert-manager runs and its issuer is ready; then run this again: what was asked for stays asked for.",
    },
    zh: {
      what: "cert-manager 尚未签发 {subject}：{reason}",
      remedy: "请检查 cert-manager 是否运行、签发者是否就绪，然后重新运行；已提交的申请会保留。",
    },
  },
} as const satisfies ErrorTable;
