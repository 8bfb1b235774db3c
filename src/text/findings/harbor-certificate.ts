import type { FindingTable } from "./table.ts";

/** What can be found wrong: HarborCertificate. */
export const harborCertificateFindings = {
  CERTIFICATE_AUTHORITY_WAITS: {
    severity: "warning",
    en: "The CA in {subject} has a successor, and both are trusted, but `moorline apply` does not let it take over. Run `moorline rotate ca` by {until}: it goes on once every node is proved to trust both. The CA itself ends on {ends}.",
    zh: "{subject} 中的 CA 已有接替者，且两者均受信任，但 `moorline apply` 不会让其接替。请最迟于 {until} 执行 `moorline rotate ca`：确认所有节点信任两者后继续。该 CA 于 {ends} 到期。",
  },
  CERTIFICATE_AUTHORITY_BOTH_TRUSTED: {
    severity: "note",
    en: "The previous CA in {subject} is still trusted. `moorline rotate ca` ends that once nothing of it is in use.",
    zh: "{subject} 中的旧 CA 仍受信任。确认其证书均不再使用后，执行 `moorline rotate ca` 结束信任。",
  },
  CERTIFICATE_AUTHORITY_SHARED: {
    severity: "warning",
    en: "Other documents keep certificates of the previous CA in {subject}: {documents}. The trust in it does not end before they have new ones: give them too (`-f`) to `moorline rotate ca`, or run `moorline apply` with them. Of a document that is gone, remove its entries there.",
    zh: "其他文档在 {subject} 中仍有旧 CA 签发的证书：{documents}。在其换发新证书之前不会结束对旧 CA 的信任：请将这些文档一并传给 `moorline rotate ca`（`-f`），或对其执行 `moorline apply`。文档已不存在时，请删除该处的相应条目。",
  },
  CERTIFICATE_LIST_ENDS_SOON: {
    severity: "warning",
    en: "The revocation list of {subject} ends in {days} days, at {nextUpdate}; after that a server that checks it (nginx's `ssl_crl`) refuses EVERY client. `moorline apply` issues the next one.",
    zh: "{subject} 的吊销列表将在 {days} 天后（{nextUpdate}）到期；到期后检查该列表的服务器（nginx 的 `ssl_crl`）会拒绝所有客户端。请执行 `moorline apply` 签发下一份。",
  },
  CERTIFICATE_LIST_OVER: {
    severity: "error",
    en: "The revocation list of {subject} ended at {nextUpdate}: a server that checks it refuses EVERY client. Run `moorline apply` now; where the list's CA is offline, bring its next list.",
    zh: "{subject} 的吊销列表已于 {nextUpdate} 到期：检查该列表的服务器会拒绝所有客户端。请立即执行 `moorline apply`；若该 CA 处于离线状态，请导入其新的吊销列表。",
  },
  CERTIFICATE_REVOCATION_WAITS: {
    severity: "warning",
    en: "{subject}: the certificate {serialNumber} of {of} is to be revoked, and still is accepted until its successor is in use. Once every machine has the new one (`moorline apply`, `moorline node apply`, `moorline clients`), run `moorline pki revoke` for {of} again with --now.",
    zh: "{subject}：{of} 的证书 {serialNumber} 待吊销，在新证书启用前仍被接受。确认所有机器已使用新证书后（`moorline apply`、`moorline node apply`、`moorline clients`），请对 {of} 再次执行 `moorline pki revoke` 并加上 --now。",
  },
  CERTIFICATE_AUTHORITY_OVER: {
    severity: "error",
    en: "The CA {subject} ends at {notAfter}: nothing more is issued from it. Run `moorline rotate ca` now: nodes must trust the next CA before this one ends.",
    zh: "CA {subject} 将于 {notAfter} 到期，不再签发证书。请立即执行 `moorline rotate ca`：须在到期前让节点信任新 CA。",
  },
  CERTIFICATE_AUTHORITY_ENDS_SOON: {
    severity: "warning",
    en: "The CA {subject} ends at {notAfter}; certificates issued from now on end with it. `moorline apply` makes its successor and lets both be trusted; `moorline rotate ca` lets it take over, and must be run by {until}.",
    zh: "CA {subject} 将于 {notAfter} 到期，此后签发的证书也会同时到期。`moorline apply` 会创建新 CA 并同时信任两者；由 `moorline rotate ca` 完成接替，最迟须于 {until} 执行。",
  },
  CERTIFICATE_AUTHORITY_KEY_EXPOSED: {
    severity: "warning",
    en: "{subject}, the key of the CA, can be read by others than its owner. Run `chmod 600` on it and `chmod 700` on its folder; if others were on that machine, make a new CA.",
    zh: "CA 私钥 {subject} 可被属主以外的用户读取。请对其执行 `chmod 600`，对其目录执行 `chmod 700`；如该机器有其他用户，请更换 CA。",
  },
  CERTIFICATE_AUTHORITY_KEPT: {
    severity: "note",
    en: "The CA in {subject} stays: clients may trust it, and its key can not be made again. Delete it by hand when nobody needs it.",
    zh: "{subject} 中的 CA 予以保留：客户端可能仍信任它，且私钥无法重建。确认无人使用后请手动删除。",
  },
  CERTIFICATE_PROVIDED_ENDS_SOON: {
    severity: "warning",
    en: "The certificate that {subject} brings along ends at {notAfter}. Ask its issuer for the next one; Moorline can not renew it.",
    zh: "{subject} 提供的证书将于 {notAfter} 到期。请向签发方申请新证书；Moorline 无法为其续期。",
  },
  DELIVERY_SECRET_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but Moorline did not make it or it is of another type; it is left alone. Remove it, choose another name, or say `takeOver: true`.",
    zh: "{subject} 已存在，但不是由 Moorline 创建或类型不同，保持不变。请删除它、改用其他名称，或设置 `takeOver: true`。",
  },
} as const satisfies FindingTable;
