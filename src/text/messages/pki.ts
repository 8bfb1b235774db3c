import type { MessageTable } from "./table.ts";

/** What the pki commands report. */
export const pkiMessages = {
  "pki.servingList": {
    en: "Serving {file} at {url} until Ctrl-C.",
    zh: "正在 {url} 提供 {file}，按 Ctrl-C 结束。",
  },
  "pki.servingListOf": {
    en: "{url}: of {issuer}, until {nextUpdate}",
    zh: "{url}：{issuer} 的列表，有效至 {nextUpdate}",
  },
  "pki.subject": { en: "subject", zh: "主题" },
  "pki.issuer": { en: "issuer", zh: "签发者" },
  "pki.serialNumber": { en: "serial number", zh: "序列号" },
  "pki.notBefore": { en: "valid from", zh: "生效时间" },
  "pki.notAfter": { en: "valid until", zh: "到期时间" },
  "pki.daysLeft": { en: "{days} days left", zh: "剩余 {days} 天" },
  "pki.daysAgo": { en: "{days} days ago", zh: "已过 {days} 天" },
  "pki.dnsNames": { en: "DNS names", zh: "DNS 名称" },
  "pki.ipAddresses": { en: "IP addresses", zh: "IP 地址" },
  "pki.uris": { en: "URIs", zh: "URI" },
  "pki.key": { en: "key", zh: "密钥" },
  "pki.signature": { en: "signature", zh: "签名算法" },
  "pki.authority": { en: "authority", zh: "机构" },
  "pki.authorityUnlimited": {
    en: "yes, with any number of authorities below it",
    zh: "是，其下机构级数不限",
  },
  "pki.authorityLimited": {
    en: "yes, with at most {pathLength} authorities below it",
    zh: "是，其下最多 {pathLength} 级机构",
  },
  "pki.usage": { en: "may be used for", zh: "用途" },
  "pki.permitted": { en: "may issue for", zh: "允许签发" },
  "pki.excluded": { en: "must not issue for", zh: "禁止签发" },
  "pki.crlUrls": { en: "revocation list at", zh: "吊销列表地址" },
  "pki.fingerprint": { en: "SHA-256 fingerprint", zh: "SHA-256 指纹" },
  "pki.certificateNumber": { en: "Certificate {number} of {count}", zh: "证书 {number}/{count}" },
  "pki.crlHeading": { en: "Revocation list", zh: "吊销列表" },
  "pki.crlNumber": { en: "number", zh: "编号" },
  "pki.thisUpdate": { en: "issued", zh: "签发时间" },
  "pki.nextUpdate": { en: "next update", zh: "下次更新" },
  "pki.revoked": { en: "revoked", zh: "已吊销" },
  "pki.keyInFile": {
    en: "A private key stands in the same file; keep it to its owner.",
    zh: "该文件中还包含私钥，请仅限所有者访问。",
  },
  "pki.nothingKnown": {
    en: "Neither certificates nor revocation lists are in it, but: {labels}.",
    zh: "其中没有证书或吊销列表，只有：{labels}。",
  },
  "pki.caWritten": {
    en: "Authority written to {certificate}, its key to {key} (0600).",
    zh: "机构证书已写入 {certificate}，私钥已写入 {key}（0600）。",
  },
  "pki.caKeyPlain": {
    en: "The key is not encrypted; --encrypt protects it with a passphrase. Keep it off the servers that use its certificates.",
    zh: "私钥未加密；可用 --encrypt 以口令保护。请勿将其存放在使用其证书的服务器上。",
  },
  "pki.issued": {
    en: "Certificate written to {certificate}, its key to {key} (0600).",
    zh: "证书已写入 {certificate}，私钥已写入 {key}（0600）。",
  },
  "pki.holds": { en: "The chain holds.", zh: "证书链有效。" },
  "pki.doesNotHold": { en: "The chain does not hold.", zh: "证书链无效。" },
  "pki.crlWritten": {
    en: "Revocation list number {number} written to {path}: {count} revoked, {added} of them now; next update by {nextUpdate}.",
    zh: "编号为 {number} 的吊销列表已写入 {path}：共吊销 {count} 张，其中本次 {added} 张；须在 {nextUpdate} 前更新。",
  },
  "pki.revokedAlready": {
    en: "Revoked already; list number {number} in {path} says so.",
    zh: "此前已吊销，{path} 中编号为 {number} 的列表已包含。",
  },
  "pki.revocationWaits": {
    en: "{of}: recorded ({serials}). The next `moorline apply` issues its successor; the old certificate is accepted until you run this again with --now.",
    zh: "{of}：已记录（{serials}）。下次 `moorline apply` 会签发新证书；再次执行并加上 --now 之前，旧证书仍被接受。",
  },
  "pki.revocationRecorded": {
    en: "{of}: recorded ({serials}). `moorline apply` issues and delivers the list that refuses it.",
    zh: "{of}：已记录（{serials}）。执行 `moorline apply` 签发并分发拒绝该证书的吊销列表。",
  },
  "pki.revocationUnchecked": {
    en: "{of}: recorded. No certificate that is known here has that number, so nothing could be checked; `moorline apply` issues and delivers the list that refuses it.",
    zh: "{of}：已记录。此处已知的证书均无此序列号，因此无法核对；执行 `moorline apply` 签发并分发拒绝该证书的吊销列表。",
  },
  "pki.revocationUnchanged": {
    en: "{of}: recorded before; nothing changed. --now lets what waits take effect.",
    zh: "{of}：此前已记录，无变化。使用 --now 可使等待中的吊销生效。",
  },
  "pki.p12Written": {
    en: 'PKCS#12 file written to {path} (0600), entry "{alias}".',
    zh: "PKCS#12 文件已写入 {path}（0600），条目为“{alias}”。",
  },
  "pki.askPassphrase": { en: "Passphrase of {of}", zh: "{of}的口令" },
} as const satisfies MessageTable;
