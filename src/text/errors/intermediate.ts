import type { ErrorTable } from "./table.ts";

/** Errors of certificate requests and intermediates. */
export const intermediateErrors = {
  PKI_REQUEST_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} is not a certificate request (PKCS#10): {reason}.",
      remedy: "Give the file that `moorline pki request` wrote, whole.",
    },
    zh: {
      what: "{subject} 不是有效的证书请求（PKCS#10）：{reason}。",
      remedy: "请提供 `moorline pki request` 生成的完整文件。",
    },
  },
  PKI_REQUEST_SIGNATURE: {
    retry: "never",
    en: {
      what: "{subject} was not signed with the key that it names (signature: {algorithm}), or with a hash that is broken.",
      remedy:
        "It was changed on its way, or made wrongly: ask for it again, and compare its digest at both ends.",
    },
    zh: {
      what: "{subject} 的签名与其中的密钥不符（签名算法：{algorithm}），或使用了不安全的哈希算法。",
      remedy: "文件可能在传输中被修改或生成有误：请重新获取，并在两端比对摘要。",
    },
  },
  PKI_REQUEST_OF_SIGNER: {
    retry: "never",
    en: {
      what: "{subject} asks under the name or with the key of the authority that should sign it, {authority}.",
      remedy: "An intermediate has a name and a key of its own: make the request anew with another name.",
    },
    zh: {
      what: "{subject} 使用了签发机构 {authority} 自身的名称或密钥。",
      remedy: "中间 CA 应有自己的名称和密钥：请以其他名称重新生成请求。",
    },
  },
  PKI_BUNDLE_WITHOUT_ROOT: {
    retry: "never",
    en: {
      what: "{subject} does not lead from the intermediate to its root.",
      remedy:
        "Bring all of `ca-bundle.crt` that `moorline pki sign-intermediate` wrote: the intermediate, what is above it, and the root.",
    },
    zh: {
      what: "{subject} 无法从中间 CA 追溯到根 CA。",
      remedy: "请提供 `moorline pki sign-intermediate` 生成的完整 `ca-bundle.crt`：中间 CA、其上级及根 CA。",
    },
  },
} as const satisfies ErrorTable;
