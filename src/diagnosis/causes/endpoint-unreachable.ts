import type { Cause } from "./cause.ts";

export const endpointUnreachable: Cause = {
  code: "ENDPOINT_UNREACHABLE",
  severity: "error",
  title: { en: "Harbor can not reach a registry endpoint", zh: "Harbor 无法访问某个仓库端点" },
  explanation: {
    en: "The endpoint for replication or proxy cache does not answer, or its certificate is not trusted by Harbor.",
    zh: "用于复制或代理缓存的端点没有应答，或 Harbor 不信任其证书。",
  },
  fix: {
    en: "Correct the endpoint's address, or give Harbor its CA.",
    zh: "修正端点地址，或为 Harbor 提供其 CA。",
  },
  proof: { en: "Test connection in Harbor succeeds.", zh: "Harbor 中测试连接成功。" },
  signs: [{ literal: "failed to ping registry" }, { literal: "failed to check health of registry" }],
};
