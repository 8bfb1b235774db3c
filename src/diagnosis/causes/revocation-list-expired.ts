import type { Cause } from "./cause.ts";

export const revocationListExpired: Cause = {
  code: "REVOCATION_LIST_EXPIRED",
  severity: "error",
  title: {
    en: "The revocation list at the server is over or missing, so every client is refused",
    zh: "服务器上的吊销列表已过期或缺失，所有客户端都被拒绝",
  },
  explanation: {
    en: "nginx refuses every client certificate when the list of one CA in its chain has passed nextUpdate, or is not there.",
    zh: "当证书链中任一 CA 的吊销列表超过 nextUpdate 或不存在时，nginx 会拒绝所有客户端证书。",
  },
  fix: {
    en: "`moorline apply` issues and delivers the next list, then nginx is reloaded.",
    zh: "执行 `moorline apply` 签发并分发新的吊销列表，随后重新加载 nginx。",
  },
  proof: {
    en: "`openssl crl -nextupdate` on the delivered file lies in the future, and clients come in again.",
    zh: "`openssl crl -nextupdate` 显示的时间在将来，客户端恢复访问。",
  },
  signs: [
    { literal: "certificate verify error", pattern: /certificate verify error: \(12:CRL has expired\)/ },
    {
      literal: "certificate verify error",
      pattern: /certificate verify error: \(3:unable to get certificate CRL\)/,
    },
  ],
};
