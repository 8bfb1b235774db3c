import type { FindingTable } from "./table.ts";

/** What can be found wrong: renewals that somebody else must grant. */
export const acmeFindings = {
  CERTIFICATE_RENEWAL_LATE: {
    severity: "warning",
    en: "The certificate of {subject} was to be renewed at {due} and is not yet; it ends at {notAfter}. Run `moorline apply` and read what the ACME server says.",
    zh: "{subject} 的证书应于 {due} 续期，但尚未完成；证书将于 {notAfter} 到期。请运行 `moorline apply` 并查看 ACME 服务器给出的原因。",
  },
  CERTIFICATE_RENEWAL_URGENT: {
    severity: "error",
    en: "The certificate of {subject} ends at {notAfter} and its renewal, due at {due}, has not succeeded: pulls will fail then. Run `moorline apply`, mend what the ACME server names, or bring a certificate along (`issuer.provided`) in time.",
    zh: "{subject} 的证书将于 {notAfter} 到期，应于 {due} 完成的续期仍未成功，到期后镜像拉取将失败。请运行 `moorline apply` 并处理 ACME 服务器指出的问题，或及时改用自备证书（`issuer.provided`）。",
  },
  CERTIFICATE_EXPIRED_UNRENEWED: {
    severity: "error",
    en: "The certificate of {subject} ended at {notAfter}; its renewal was due at {due}. Clients refuse it. Run `moorline apply`; if the ACME server still refuses, use `issuer.provided` or `issuer.ownAuthority`.",
    zh: "{subject} 的证书已于 {notAfter} 到期（应于 {due} 续期），客户端会拒绝该证书。请运行 `moorline apply`；若 ACME 服务器仍拒绝签发，请改用 `issuer.provided` 或 `issuer.ownAuthority`。",
  },
} as const satisfies FindingTable;
