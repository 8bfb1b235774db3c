import type { FindingTable } from "./table.ts";

/** What can be found wrong: HarborCertificate. */
export const harborCertificateFindings = {
  CERTIFICATE_AUTHORITY_WAITS: {
    severity: "warning",
    en: "The CA in {subject} has a successor, and both are trusted. `moorline rotate ca` goes on once every node is proved to trust both.",
    zh: "{subject} 中的 CA 已有接替者，且两者均受信任。确认所有节点信任两者后，执行 `moorline rotate ca` 继续。",
  },
  CERTIFICATE_AUTHORITY_BOTH_TRUSTED: {
    severity: "note",
    en: "The previous CA in {subject} is still trusted. `moorline rotate ca` ends that once nothing of it is in use.",
    zh: "{subject} 中的旧 CA 仍受信任。确认其证书均不再使用后，执行 `moorline rotate ca` 结束信任。",
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
    en: "The CA {subject} ends at {notAfter}: nothing more is issued from it. Make a new CA in another folder or Secret, let nodes trust both, then change the document; Moorline does not roll a CA over by itself yet.",
    zh: "CA {subject} 将于 {notAfter} 到期，不再签发证书。请在其他目录或 Secret 中创建新 CA，先让节点同时信任两者，再修改文档；Moorline 目前不会自动轮换 CA。",
  },
  CERTIFICATE_AUTHORITY_ENDS_SOON: {
    severity: "warning",
    en: "The CA {subject} ends at {notAfter}; certificates issued from now on end with it. Prepare a new CA and let nodes trust both in good time; Moorline does not roll a CA over by itself yet.",
    zh: "CA {subject} 将于 {notAfter} 到期，此后签发的证书也会同时到期。请提前准备新 CA 并让节点同时信任两者；Moorline 目前不会自动轮换 CA。",
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
