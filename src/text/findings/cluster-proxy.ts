import type { FindingTable } from "./table.ts";

/** Findings of the in-cluster proxy. `{subject}` is the object. */
export const clusterProxyFindings = {
  CLUSTER_PROXY_OBJECT_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but Moorline did not make it; the proxy is not written. Rename the proxy (`clusterProxy.name`), or remove the object.",
    zh: "{subject} 已存在但不是 Moorline 创建的，因此不写入代理。请更改代理名称（`clusterProxy.name`）或删除该对象。",
  },
} as const satisfies FindingTable;
