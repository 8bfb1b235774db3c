import type { FindingTable } from "./table.ts";

/** What can be found wrong: certificates that cert-manager issues. */
export const certManagerFindings = {
  CERT_MANAGER_NOT_INSTALLED: {
    severity: "error",
    en: "{subject} is to be issued by cert-manager, but the cluster does not serve cert-manager.io/v1. Install cert-manager 1.0 or newer with its CRDs, or choose another issuer.",
    zh: "{subject} 应由 cert-manager 签发，但集群未提供 cert-manager.io/v1。请安装 cert-manager 1.0 或更高版本及其 CRD，或改用其他签发方式。",
  },
  CERT_MANAGER_ISSUER_MISSING: {
    severity: "error",
    en: "{subject} is not there, so cert-manager waits. Create it, or correct `issuer.certManager.issuerRef`; an Issuer must be in the namespace of the Certificates.",
    zh: "{subject} 不存在，cert-manager 会一直等待。请创建它，或更正 `issuer.certManager.issuerRef`；Issuer 必须与 Certificate 位于同一命名空间。",
  },
  CERT_MANAGER_ISSUER_NOT_READY: {
    severity: "warning",
    en: "{subject} is not ready: {reason}",
    zh: "{subject} 未就绪：{reason}",
  },
  CERT_MANAGER_OBJECT_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but this document did not make it; it is left alone. Remove it, or give the document another name.",
    zh: "{subject} 已存在，但不是由该文档创建，保持不变。请删除它，或为文档更名。",
  },
  CERT_MANAGER_REFUSED: {
    severity: "error",
    en: "cert-manager's last attempt at {subject} failed: {reason}. It tries again by itself, an hour later at first and then ever more seldom; mend the cause, and `cmctl renew` has it try at once.",
    zh: "cert-manager 最近一次处理 {subject} 失败：{reason}。它会自动重试，首次间隔一小时，之后逐渐延长；排除原因后可用 `cmctl renew` 立即重试。",
  },
  CERT_MANAGER_RENEWAL_LATE: {
    severity: "warning",
    en: "{subject} should have been renewed by cert-manager and was not; it ends at {notAfter}. Look at cert-manager's own log and at the conditions of the Certificate.",
    zh: "{subject} 应已由 cert-manager 续期但尚未完成，将于 {notAfter} 到期。请查看 cert-manager 日志及该 Certificate 的状态条件。",
  },
} as const satisfies FindingTable;
