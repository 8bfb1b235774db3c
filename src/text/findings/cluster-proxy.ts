import type { FindingTable } from "./table.ts";

/** Findings of the in-cluster proxy. `{subject}` is the object. */
export const clusterProxyFindings = {
  CLUSTER_PROXY_OBJECT_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but Moorline did not make it; the proxy is not written. Rename the proxy (`clusterProxy.name`), or remove the object.",
    zh: "{subject} 已存在但不是 Moorline 创建的，因此不写入代理。请更改代理名称（`clusterProxy.name`）或删除该对象。",
  },
  CLUSTER_PROXY_IMAGE_BY_TAG: {
    severity: "note",
    en: "{subject} runs {image}, whose tag may come to name another image; its pods hold the key of a client certificate. Name the digest in `clusterProxy.image` (…@sha256:…).",
    zh: "{subject} 使用 {image}，其标签以后可能指向其他镜像，而 Pod 中保存着客户端证书的私钥。请在 `clusterProxy.image` 中写明摘要（…@sha256:…）。",
  },
} as const satisfies FindingTable;
