import type { FindingTable } from "./table.ts";

/** What can be found of mutual TLS at Harbor's proxy. */
export const mutualTlsFindings = {
  MUTUAL_TLS_WAITS: {
    severity: "error",
    en: "`tls.mutual: enforce` is not reached for {subject}: clients are asked for certificates and nobody is refused until every node was seen with a valid one ({proved} of {total} so far). The other findings say what is missing; `moorline clients` lists who comes how.",
    zh: "{subject} 尚未进入 `tls.mutual: enforce`：目前只请求客户端证书、不拒绝任何人，直到所有节点均以有效证书访问过（当前 {proved}/{total}）。缺少的内容见其他提示；`moorline clients` 可列出各客户端的访问方式。",
  },
  MUTUAL_TLS_NO_NODES: {
    severity: "error",
    en: "No node is known that pulls from {subject}, so nobody can vouch that all have certificates (NodeTrust documents that refer to it: {trusts}). Give a NodeTrust with `spec.nodes`, together with this document, or a kubeconfig of the cluster.",
    zh: "不知道有哪些节点从 {subject} 拉取镜像，无法确认它们都持有证书（引用它的 NodeTrust：{trusts}）。请与本文档一起提供带 `spec.nodes` 的 NodeTrust，或提供集群的 kubeconfig。",
  },
  MUTUAL_TLS_NODE_WITHOUT_CERTIFICATE: {
    severity: "error",
    en: "{subject} comes without a client certificate: {program} from {address}. Give it one with `moorline node apply` (NodeTrust with a client certificate), then let it pull once.",
    zh: "{subject} 访问时没有客户端证书：来自 {address} 的 {program}。请通过 `moorline node apply`（NodeTrust 中填写客户端证书）为其配置，然后拉取一次镜像。",
  },
  MUTUAL_TLS_NODE_CERTIFICATE_FAILS: {
    severity: "error",
    en: "{subject} shows a client certificate that does not hold: {reason} ({program} from {address}). Give it a valid one with `moorline node apply`, and see that `clientAuthority` names the CA that signed it.",
    zh: "{subject} 出示的客户端证书无效：{reason}（来自 {address} 的 {program}）。请通过 `moorline node apply` 更换有效证书，并确认 `clientAuthority` 包含签发它的 CA。",
  },
  MUTUAL_TLS_NODE_UNSEEN: {
    severity: "error",
    en: "{subject} was not seen within {days} day(s). Let its runtime pull something from this Harbor: with `crictl pull`, even a tag that does not exist will do.",
    zh: "{subject} 在 {days} 天内没有访问记录。请让其容器运行时从该 Harbor 拉取镜像，例如使用 `crictl pull`，拉取不存在的标签也可以。",
  },
  MUTUAL_TLS_NODE_ADDRESS_UNKNOWN: {
    severity: "error",
    en: "{subject} has no address that Harbor's machine can tell, so it can not be found among the clients. Give it `on.ssh.host` in the NodeTrust, or an entry in that machine's /etc/hosts.",
    zh: "Harbor 所在机器无法解析 {subject} 的地址，因此无法在客户端中识别它。请在 NodeTrust 中填写 `on.ssh.host`，或在该机器的 /etc/hosts 中添加条目。",
  },
  MUTUAL_TLS_SOURCES_HIDDEN: {
    severity: "warning",
    en: "Container runtimes come to {subject} from {addresses} alone, which is none of the {nodes} nodes that are expected: something on the way replaces their addresses, so that nodes can not be told apart, and exempting that address would exempt everybody. Keep the addresses: before a Service, `externalTrafficPolicy: Local`; a load balancer that forwards TCP with the client's address (transparent, direct return); for docker, `\"userland-proxy\": false`, and no masquerading of the way to Harbor's machine. `X-Forwarded-For` does not help: who could write it would end TLS, and with it the client certificate.",
    zh: '访问 {subject} 的容器运行时只来自 {addresses}，不属于预期的 {nodes} 个节点：途中有组件替换了源地址，因此无法区分各节点，豁免该地址等于豁免所有客户端。请保留源地址：经由 Service 时设置 `externalTrafficPolicy: Local`；使用保留客户端地址的四层负载均衡（透明模式或直接返回）；docker 设置 `"userland-proxy": false`，并取消通往 Harbor 所在机器的地址伪装。`X-Forwarded-For` 无济于事：能写入它的组件必然终止 TLS，客户端证书也随之丢失。',
  },
  MUTUAL_TLS_LOG_GROWS: {
    severity: "warning",
    en: "The log of clients at {subject} is larger than 64 MiB: neither `moorline apply` nor the controller runs there, which would empty it. Run `moorline apply`, and where it does not run regularly, put `harbor/{name}/logrotate.conf` of `moorline render` into /etc/logrotate.d of that machine.",
    zh: "{subject} 的客户端日志已超过 64 MiB：`moorline apply` 与控制器均未在此运行，否则会清空它。请运行 `moorline apply`；若不会定期运行，请将 `moorline render` 输出的 `harbor/{name}/logrotate.conf` 放入该机器的 /etc/logrotate.d。",
  },
  MUTUAL_TLS_OWN_CERTIFICATE_MISSING: {
    severity: "error",
    en: "Moorline itself has no client certificate for {subject}: it could not prove that clients with one are served. Give `tls.clientCertificate`.",
    zh: "Moorline 自身没有访问 {subject} 的客户端证书，无法验证持有证书的客户端能正常访问。请填写 `tls.clientCertificate`。",
  },
  MUTUAL_TLS_OWN_CERTIFICATE_UNTRUSTED: {
    severity: "error",
    en: "Moorline's own client certificate (`tls.clientCertificate`) would be refused by {subject}: it has expired, is revoked, or none of `clientAuthority` signed it.",
    zh: "Moorline 自身的客户端证书（`tls.clientCertificate`）会被 {subject} 拒绝：已过期、已被吊销，或不是由 `clientAuthority` 签发。",
  },
  MUTUAL_TLS_CLIENTS_WITHOUT_CERTIFICATE: {
    severity: "warning",
    en: "With `tls.mutual: enforce`, {subject} would refuse these, seen lately without a certificate that holds: {clients}. Give them one, or name them in `tls.mutualTls.exempt`.",
    zh: "若启用 `tls.mutual: enforce`，{subject} 会拒绝以下近期未出示有效证书的客户端：{clients}。请为其配置证书，或在 `tls.mutualTls.exempt` 中列出。",
  },
  MUTUAL_TLS_CLIENTS_REFUSED: {
    severity: "warning",
    en: "{subject} refuses these, seen lately without a certificate that holds: {clients}. Where that is not meant, give them one, or name them in `tls.mutualTls.exempt`.",
    zh: "{subject} 正在拒绝以下近期未出示有效证书的客户端：{clients}。如非预期，请为其配置证书，或在 `tls.mutualTls.exempt` 中列出。",
  },
  MUTUAL_TLS_WAYS_IN: {
    severity: "note",
    en: "Ways into {subject} without a client certificate, while {covers} is covered: {open} for everybody (registry: pulls and pushes; api: replication by other Harbors, automation; portal: browsers); everything for these addresses: {exempt}. ks-apiserver's Validate button and tag search use the registry's paths: list its address there to keep them.",
    zh: "{subject} 在覆盖 {covers} 时，无需客户端证书的访问方式：所有人可用 {open}（registry：拉取与推送；api：其他 Harbor 的复制、自动化；portal：浏览器）；以下地址可访问全部内容：{exempt}。ks-apiserver 的“验证”按钮和镜像标签搜索使用 registry 路径，如需保留请列出其地址。",
  },
  MUTUAL_TLS_LIST_MISSING: {
    severity: "error",
    en: "The revocation list for clients of {subject} is not there: {reason} nginx goes on with the list it has, or without one; revoked certificates may be let in.",
    zh: "找不到 {subject} 的客户端吊销列表：{reason} nginx 继续使用已有列表，或不使用列表；已吊销的证书可能被放行。",
  },
  MUTUAL_TLS_LIST_UNREADABLE: {
    severity: "error",
    en: "The revocation list for clients of {subject} can not be read: {reason} nginx goes on with the list it has, or without one; revoked certificates may be let in.",
    zh: "无法读取 {subject} 的客户端吊销列表：{reason} nginx 继续使用已有列表，或不使用列表；已吊销的证书可能被放行。",
  },
  MUTUAL_TLS_LIST_EXPIRED: {
    severity: "error",
    en: "The revocation list of {authority} ended at {nextUpdate}: with it nginx would refuse every client of {subject}, so it is not used, and revoked certificates may be let in. Issue a new one: `moorline apply` with the HarborCertificate, or `moorline pki crl`.",
    zh: "{authority} 的吊销列表已于 {nextUpdate} 过期：启用它会使 nginx 拒绝 {subject} 的所有客户端，因此未启用，已吊销的证书可能被放行。请签发新列表：对 HarborCertificate 运行 `moorline apply`，或使用 `moorline pki crl`。",
  },
  MUTUAL_TLS_LIST_INCOMPLETE: {
    severity: "error",
    en: "No revocation list of {authority} is there, and it signs clients of {subject}: with lists of other CAs only, nginx would refuse all of its clients. So no list is used, and revoked certificates may be let in. Put the lists of all CAs into one file.",
    zh: "缺少 {authority} 的吊销列表，而它为 {subject} 签发客户端证书：仅使用其他 CA 的列表会使 nginx 拒绝其所有客户端。因此未启用吊销列表，已吊销的证书可能被放行。请将所有 CA 的列表合并到一个文件。",
  },
  MUTUAL_TLS_AUTHORITY_IN_USE: {
    severity: "warning",
    en: "The document names the CA {authority} no more, but clients of {subject} still show certificates of it and of no other: it stays until they have moved, or were not seen for `seenWithinDays`. `moorline clients` lists them.",
    zh: "文档不再包含 CA {authority}，但 {subject} 仍有客户端仅出示由它签发的证书：在这些客户端更换证书，或超过 `seenWithinDays` 未出现之前，会继续保留它。`moorline clients` 可列出这些客户端。",
  },
  MUTUAL_TLS_NO_INGRESS: {
    severity: "error",
    en: "{at} is not met through an Ingress, so {subject} can not ask for client certificates: the chart's own nginx includes no further configuration. Use `expose.type: ingress` with ingress-nginx, or put a proxy of your own in front.",
    zh: "{at} 未通过 Ingress 暴露，{subject} 无法请求客户端证书：chart 自带的 nginx 不支持引入额外配置。请使用 `expose.type: ingress` 与 ingress-nginx，或在前面部署自有代理。",
  },
  MUTUAL_TLS_INGRESS_COVERS_ALL: {
    severity: "error",
    en: "ingress-nginx decides for a whole host who must show a certificate, so {subject} can not leave {open} open. Set `covers: [registry, api, portal]` and give browsers, ks-apiserver and other Harbors a host of their own, without these annotations.",
    zh: "ingress-nginx 以整个主机名为单位决定是否要求证书，{subject} 无法单独放开 {open}。请设置 `covers: [registry, api, portal]`，并为浏览器、ks-apiserver 和其他 Harbor 提供不带这些注解的独立主机名。",
  },
  MUTUAL_TLS_INGRESS_EXEMPTS_NOBODY: {
    severity: "error",
    en: "ingress-nginx lets nobody in by address while {subject} demands certificates: {exempt} would be refused. Give them a host of their own, and take them out of `exempt`.",
    zh: "{subject} 要求证书时，ingress-nginx 不支持按地址放行：{exempt} 会被拒绝。请为其提供独立主机名，并从 `exempt` 中移除。",
  },
  MUTUAL_TLS_INGRESS_LOGS_NOBODY: {
    severity: "note",
    en: "ingress-nginx does not log client certificates, so who comes to {subject} without one is not known; before `enforce`, each node that NodeTrust lists is asked itself, over SSH. A certificate that has expired is answered with 400 in `observe` too.",
    zh: "ingress-nginx 不记录客户端证书，无法得知谁未带证书访问 {subject}；进入 `enforce` 前，会通过 SSH 逐个验证 NodeTrust 列出的节点。`observe` 模式下，过期证书同样会得到 400。",
  },
  MUTUAL_TLS_SECRET_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but Moorline did not make it; it is left alone. Remove or rename it.",
    zh: "{subject} 已存在但不是 Moorline 创建的，保持不变。请删除或重命名它。",
  },
  HARBOR_NOT_REACHED_FOR_NOW: {
    severity: "warning",
    en: "{subject} could not be asked: {reason} Mutual TLS is taken back all the same, which may be what it needs.",
    zh: "无法访问 {subject}：{reason} 仍会撤销双向 TLS，这可能正是恢复所需。",
  },
} as const satisfies FindingTable;
