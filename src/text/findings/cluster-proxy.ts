import type { FindingTable } from "./table.ts";

/** Findings of the in-cluster proxy. `{subject}` is the object. */
export const clusterProxyFindings = {
  CLUSTER_PROXY_OBJECT_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but Moorline did not make it; the proxy is not written. Rename the proxy (`clusterProxy.name`), or remove the object.",
    zh: "{subject} 已存在但不是 Moorline 创建的，因此不写入代理。请更改代理名称（`clusterProxy.name`）或删除该对象。",
  },
  CLUSTER_PROXY_PASSED_BY: {
    severity: "warning",
    en: "{subject} comes to {url} past the proxy {proxy}, so without a client certificate: with mutual TLS the console's Validate button and its tag search fail. Lead it there, which replaces its pods once: `{command}`. Moorline does not write this, as it turns a name of yours elsewhere; after KubeSphere was upgraded or reinstalled, look again.",
    zh: "{subject} 访问 {url} 时未经过代理 {proxy}，因而没有客户端证书：启用双向 TLS 后，控制台的“验证”按钮和镜像标签搜索会失败。请执行以下命令使其经由代理访问（会滚动替换其 Pod 一次）：`{command}`。该设置会改变域名指向，因此 Moorline 不会自行写入；KubeSphere 升级或重装后请再次检查。",
  },
  CLUSTER_PROXY_IMAGE_BY_TAG: {
    severity: "note",
    en: "{subject} runs {image}, whose tag may come to name another image; its pods hold the key of a client certificate. Name the digest in `clusterProxy.image` (…@sha256:…).",
    zh: "{subject} 使用 {image}，其标签以后可能指向其他镜像，而 Pod 中保存着客户端证书的私钥。请在 `clusterProxy.image` 中写明摘要（…@sha256:…）。",
  },
} as const satisfies FindingTable;
