import type { MessageTable } from "./table.ts";

/** Words of intermediates whose root is elsewhere. */
export const intermediateMessages = {
  "intermediate.request": {
    en: "Make the key of the intermediate {name}, and a request for its root to sign",
    zh: "生成中间 CA {name} 的密钥及待根 CA 签发的证书请求",
  },
  "intermediate.requestWritten": {
    en: "Request written to {request}, its key to {key} (0600). Its digest is {digest}: read it out to whoever signs.",
    zh: "证书请求已写入 {request}，私钥已写入 {key}（0600）。其摘要为 {digest}：请告知签发者核对。",
  },
  "intermediate.requestNext": {
    en: "Take {request} to the machine with the root, and run there: moorline pki sign-intermediate ca.csr --ca <folder of the root> -d signed",
    zh: "将 {request} 带到根 CA 所在机器并执行：moorline pki sign-intermediate ca.csr --ca <根 CA 目录> -d signed",
  },
  "intermediate.signed": {
    en: "Signed, for the request with the digest {digest}. Bring {bundle} back, and import it beside the key: moorline pki import ca-bundle.crt --ca <folder of the key>",
    zh: "已签发，请求摘要为 {digest}。请将 {bundle} 带回，在私钥所在处导入：moorline pki import ca-bundle.crt --ca <私钥目录>",
  },
  "intermediate.imported": {
    en: "Imported to {certificate}: the intermediate up to its root, {root}.",
    zh: "已导入 {certificate}：从中间 CA 到根 CA {root} 的完整证书链。",
  },
} as const satisfies MessageTable;
