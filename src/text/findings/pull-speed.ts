import type { FindingTable } from "./table.ts";

/** Why a pull is slow. */
export const pullSpeedFindings = {
  PULL_FROM_UPSTREAM: {
    severity: "note",
    en: "{subject} is not in the proxy cache yet: this pull came from the upstream, and the next one will not. Name it in `warm` of its ProxyCache to have it there before.",
    zh: "{subject} 尚未进入代理缓存：本次拉取来自上游，下次则不会。将其写入 ProxyCache 的 `warm` 可提前缓存。",
  },
  PULL_NAME_SLOW: {
    severity: "warning",
    en: "Resolving {subject} takes {ms} ms. Look at the name servers in /etc/resolv.conf: one that does not answer is waited for first.",
    zh: "解析 {subject} 需要 {ms} 毫秒。请检查 /etc/resolv.conf 中的域名服务器：排在前面却不应答的会被先等待。",
  },
  PULL_FAR_AWAY: {
    severity: "note",
    en: "{subject} is {ms} ms away; each request waits that long. A Harbor near the nodes (replication, a proxy cache) helps more than bandwidth.",
    zh: "到 {subject} 的往返需要 {ms} 毫秒，每个请求都要等待。就近部署 Harbor（复制或代理缓存）比增加带宽更有效。",
  },
  PULL_HANDSHAKE_SLOW: {
    severity: "warning",
    en: "The TLS handshake with {subject} takes {ms} ms, at {round} ms a round trip: the server's processor is busy, or its key is large. Use ECDSA P-256 and look at the load of the proxy.",
    zh: "与 {subject} 的 TLS 握手需要 {ms} 毫秒，而往返仅 {round} 毫秒：服务器 CPU 繁忙或密钥过大。请使用 ECDSA P-256 并检查代理负载。",
  },
  PULL_TOKEN_SLOW: {
    severity: "warning",
    en: "A token of {subject} takes {ms} ms. Harbor asks its database and, for people, LDAP or OIDC: look at core, PostgreSQL and Redis; use robots for pulls.",
    zh: "从 {subject} 获取令牌需要 {ms} 毫秒。Harbor 需查询数据库，普通用户还会查询 LDAP 或 OIDC：请检查 core、PostgreSQL 与 Redis，并使用机器人账户拉取。",
  },
  PULL_MANIFEST_SLOW: {
    severity: "warning",
    en: "The manifest of an image at {subject} takes {ms} ms: core, its database, or an upstream that a proxy cache asks at each pull by tag. Pull by digest to spare that question.",
    zh: "从 {subject} 获取镜像清单需要 {ms} 毫秒：可能是 core、数据库，或代理缓存每次按标签拉取时询问的上游。按摘要拉取可省去该询问。",
  },
  PULL_CONNECTION_HELD_BACK: {
    severity: "warning",
    en: "Layers of {subject} come with {one} over one connection and {many} over {connections}: each connection is held back for itself (a limit of the project or proxy, or distance). Raise `proxy_speed_kb` or the proxy's limit; let containerd open more (`max_concurrent_downloads`).",
    zh: "{subject} 的层在单连接下为 {one}，{connections} 个连接下为 {many}：每个连接单独受限（项目或代理限速，或距离过远）。请提高 `proxy_speed_kb` 或代理限速，并让 containerd 使用更多连接（`max_concurrent_downloads`）。",
  },
  PULL_LINK_SLOW: {
    severity: "warning",
    en: "Layers of {subject} come with {rate} at most. That is the network or the disk of the registry: measure one without the other (`iostat` there, `iperf3` between).",
    zh: "{subject} 的层最高只有 {rate}。瓶颈在网络或仓库磁盘：请分别测量（在仓库上用 `iostat`，两端之间用 `iperf3`）。",
  },
  PULL_ONE_LARGE_LAYER: {
    severity: "note",
    en: "One layer of {subject} is {size}, {percent} % of the image: it can not be fetched in parallel, nor shared with other images. Split what it holds.",
    zh: "{subject} 的一个层为 {size}，占镜像的 {percent}%：无法并行拉取，也难以与其他镜像共享。请拆分其内容。",
  },
  NODE_PULLS_ONE_BY_ONE: {
    severity: "note",
    en: "{subject} pulls one image at a time (serializeImagePulls): a large one holds up all others. Set `serializeImagePulls: false` in a NodeTuning.",
    zh: "{subject} 一次只拉取一个镜像（serializeImagePulls），大镜像会阻塞其他镜像。请在 NodeTuning 中设置 `serializeImagePulls: false`。",
  },
  NODE_PULL_RATE_LOW: {
    severity: "note",
    en: "{subject} begins {rate} pulls a second at most, {burst} in a burst; beyond that the kubelet says `pull QPS exceeded`. Raise registryPullQPS in a NodeTuning where many pods start at once.",
    zh: "{subject} 每秒最多开始 {rate} 次拉取（突发 {burst} 次），超出时 kubelet 报告 `pull QPS exceeded`。若有大量 Pod 同时启动，请在 NodeTuning 中提高 registryPullQPS。",
  },
} as const satisfies FindingTable;
