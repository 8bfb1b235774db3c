import type { MessageTable } from "./table.ts";

/** Words of HarborCertificate. */
export const harborCertificateMessages = {
  "harborCertificate.createAuthority": {
    en: "Make the CA {name}, for {days} days",
    zh: "创建 CA {name}，有效期 {days} 天",
  },
  "harborCertificate.createNextAuthority": {
    en: "Make the CA that succeeds {name}, for {days} days, and trust both",
    zh: "创建接替 {name} 的 CA，有效期 {days} 天，并同时信任两者",
  },
  "harborCertificate.switchAuthority": {
    en: "Let the next CA issue from now on; both stay trusted, and the previous one can still revoke",
    zh: "改由新 CA 签发；两者继续受信任，旧 CA 仍可吊销证书",
  },
  "harborCertificate.retireAuthority": {
    en: "End the trust in the previous CA, and delete its key",
    zh: "不再信任旧 CA，并删除其私钥",
  },
  "harborCertificate.becauseAsked": {
    en: "it was asked for (moorline rotate)",
    zh: "应轮换请求（moorline rotate）",
  },
  "harborCertificate.becauseAuthorityEnds": {
    en: "the CA ends at {notAfter}, too soon for a whole life of what it issues",
    zh: "CA 将于 {notAfter} 到期，不足以覆盖所签发证书的有效期",
  },
  "harborCertificate.becauseTrusted": {
    en: "every node was proved to trust both",
    zh: "已验证所有节点同时信任两者",
  },
  "harborCertificate.becauseUnused": {
    en: "nothing that it issued is in use",
    zh: "其签发的证书均已不再使用",
  },
  "harborCertificate.becauseRollover": {
    en: "the one that is there was issued by the previous CA",
    zh: "现有证书由旧 CA 签发",
  },
  "harborCertificate.issueServer": {
    en: "Issue a server certificate for {names}, for {days} days",
    zh: "为 {names} 签发服务器证书，有效期 {days} 天",
  },
  "harborCertificate.issueClient": {
    en: "Issue the client certificate {names}, for {days} days",
    zh: "签发客户端证书 {names}，有效期 {days} 天",
  },
  "harborCertificate.issueList": {
    en: "Issue the CA's revocation list with {count} entries",
    zh: "签发 CA 吊销列表，共 {count} 条",
  },
  "harborCertificate.deliverFiles": {
    en: "Write the certificate {of} to {paths}",
    zh: "将证书 {of} 写入 {paths}",
  },
  "harborCertificate.deliverSecret": {
    en: "Write the certificate {of} into the Secret {secret}",
    zh: "将证书 {of} 写入 Secret {secret}",
  },
  "harborCertificate.removeFiles": { en: "Remove {paths}", zh: "删除 {paths}" },
  "harborCertificate.removeSecret": { en: "Delete the Secret {secret}", zh: "删除 Secret {secret}" },
  "harborCertificate.removePair": {
    en: "Delete the issued certificate {of} and its key",
    zh: "删除已签发的证书 {of} 及其私钥",
  },
  "harborCertificate.becauseNoAuthority": { en: "there is no CA yet", zh: "尚无 CA" },
  "harborCertificate.becauseMissing": { en: "there is none that can be read", zh: "没有可读取的证书" },
  "harborCertificate.becauseIssuer": {
    en: "the one that is there was not issued by this CA",
    zh: "现有证书不是由该 CA 签发",
  },
  "harborCertificate.becauseNames": {
    en: "the one that is there is for {names}",
    zh: "现有证书的名称为 {names}",
  },
  "harborCertificate.becauseKeyType": {
    en: "the one that is there has a key of type {keyType}",
    zh: "现有证书的密钥类型为 {keyType}",
  },
  "harborCertificate.becauseDue": {
    en: "it ends at {notAfter} and was due for renewal at {renewAt}",
    zh: "证书将于 {notAfter} 到期，应于 {renewAt} 续期",
  },
  "harborCertificate.becauseRevoked": {
    en: "the one that is there is revoked",
    zh: "现有证书已被吊销",
  },
  "harborCertificate.interruptsRevoked": {
    en: "whoever still presents the revoked certificate of {names} is refused",
    zh: "仍出示 {names} 已吊销证书的客户端将被拒绝",
  },
  "harborCertificate.becauseListDiffers": {
    en: "there is none that says so",
    zh: "没有符合要求的吊销列表",
  },
  "harborCertificate.becauseListDue": { en: "the list is due for its next update", zh: "吊销列表需要更新" },
  "harborCertificate.becauseIssued": { en: "a new certificate is issued", zh: "签发了新证书" },
  "harborCertificate.becauseAbsent": { en: "it is not there", zh: "目标位置尚无证书" },
  "harborCertificate.becauseDiffers": {
    en: "what is there differs from what was issued, in content, mode or owner",
    zh: "目标内容、权限或属主与签发的证书不一致",
  },
  "harborCertificate.becauseRemoved": { en: "the document is taken away", zh: "文档已被移除" },
  "harborCertificate.interruptsIssuer": {
    en: "Clients that trust only the old CA refuse the new certificate until they trust the new CA.",
    zh: "只信任旧 CA 的客户端会拒绝新证书，直到它们信任新 CA。",
  },
  "harborCertificate.proofVerifies": {
    en: "The certificate {of} verifies against the CA with its own key",
    zh: "证书 {of} 与私钥匹配，并通过 CA 验证",
  },
  "harborCertificate.verifies": { en: "it is valid for {names}", zh: "对 {names} 有效" },
  "harborCertificate.missing": { en: "it is not there", zh: "证书不存在" },
  "harborCertificate.because": { en: "{reason}", zh: "{reason}" },
  "harborCertificate.proofCopies": {
    en: "Every delivered copy is what was issued, with the right mode and owner",
    zh: "所有分发副本与签发内容一致，权限与属主正确",
  },
  "harborCertificate.copiesHold": { en: "{count} places hold it", zh: "共 {count} 处一致" },
  "harborCertificate.copiesDiffer": { en: "these differ: {places}", zh: "以下位置不一致：{places}" },
} as const satisfies MessageTable;
