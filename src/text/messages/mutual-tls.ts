import type { MessageTable } from "./table.ts";

/** Words of mutual TLS at Harbor's proxy. */
export const mutualTlsMessages = {
  "mutualTls.mount": {
    en: "Mount {directory} into Harbor's proxy by docker-compose.override.yml",
    zh: "通过 docker-compose.override.yml 将 {directory} 挂载到 Harbor 的代理容器",
  },
  "mutualTls.observe": {
    en: "Ask the clients of {url} for certificates, refuse nobody, and log who comes without one",
    zh: "向 {url} 的客户端请求证书，不拒绝任何人，并记录未出示证书者",
  },
  "mutualTls.enforce": {
    en: "Refuse clients of {url} that show no valid certificate, at: {covers}",
    zh: "拒绝未向 {url} 出示有效证书的客户端，范围：{covers}",
  },
  "mutualTls.renewMaterial": {
    en: "Give the proxy of {url} new {files}, and reload it",
    zh: "更新 {url} 代理的 {files} 并重新加载",
  },
  "mutualTls.switchOff": {
    en: "Ask no client of {url} for a certificate any more",
    zh: "不再向 {url} 的客户端请求证书",
  },
  "mutualTls.unmount": {
    en: "Take {directory} out of Harbor's proxy, and remove it",
    zh: "从 Harbor 的代理容器移除 {directory} 并删除该目录",
  },
  "mutualTls.emptyLog": {
    en: "Keep what the log of clients tells in short, and empty it",
    zh: "汇总客户端日志内容并清空日志",
  },
  "mutualTls.writeSecret": {
    en: "Keep the CAs that sign clients of {url} in the Secret {secret}",
    zh: "将签发 {url} 客户端证书的 CA 保存到 Secret {secret}",
  },
  "mutualTls.deleteSecret": { en: "Delete the Secret {secret}", zh: "删除 Secret {secret}" },
  "mutualTls.restarts": {
    en: "Harbor's proxy container is made anew: everybody is without Harbor for a second or two. Later changes only reload it.",
    zh: "Harbor 的代理容器会重建，约一两秒内无法访问 Harbor。之后的更改仅重新加载，不会中断。",
  },
  "mutualTls.restartsDead": {
    en: "Harbor's proxy does not run; it is started.",
    zh: "Harbor 的代理未运行，将启动它。",
  },
  "mutualTls.refuses": {
    en: "Clients without a valid certificate are refused from then on at: {covers}. Findings list those that were seen.",
    zh: "此后未出示有效证书的客户端将在以下范围被拒绝：{covers}。已发现的此类客户端见提示。",
  },
  "mutualTls.becauseAsked": { en: "The document asks for it.", zh: "文档要求如此。" },
  "mutualTls.becauseOff": {
    en: "The document says `tls.mutual: off`.",
    zh: "文档设置了 `tls.mutual: off`。",
  },
  "mutualTls.becauseRemoved": {
    en: "Everything that Moorline put there is taken away.",
    zh: "移除 Moorline 放置的全部内容。",
  },
  "mutualTls.becauseSeen": {
    en: "The document asks for it, and every node was seen with a valid certificate.",
    zh: "文档要求如此，且所有节点均以有效证书访问过。",
  },
  "mutualTls.becauseNotMounted": {
    en: "The proxy's own folder of configuration is wiped by Harbor's `prepare`; what comes through the override stays.",
    zh: "Harbor 的 `prepare` 会清空代理自身的配置目录；通过 override 挂载的内容会保留。",
  },
  "mutualTls.becauseNotVisible": {
    en: "The override is there, but the proxy's container does not see what it mounts.",
    zh: "override 已存在，但代理容器看不到其挂载的内容。",
  },
  "mutualTls.becauseNotLoaded": {
    en: "The files are there, but the proxy was not told to load them.",
    zh: "文件已就位，但代理尚未重新加载。",
  },
  "mutualTls.becauseDiffers": { en: "Not as it should be: {files}.", zh: "与预期不符：{files}。" },
  "mutualTls.becauseSecretDiffers": {
    en: "It holds other CAs or lists than it should.",
    zh: "其中的 CA 或吊销列表与预期不符。",
  },
  "mutualTls.becauseLogIsLong": { en: "It has grown beyond 4 MiB.", zh: "日志已超过 4 MiB。" },
  "mutualTls.proofMode": { en: "Mutual TLS as the document says, at {at}", zh: "{at} 的双向 TLS 与文档一致" },
  "mutualTls.provedMode": { en: "it is {mode}", zh: "当前为 {mode}" },
  "mutualTls.failedMode": {
    en: "it is {mode}, the document says {wanted}",
    zh: "当前为 {mode}，文档要求 {wanted}",
  },
  "mutualTls.proofWith": {
    en: "Requests with a client certificate: {path}",
    zh: "带客户端证书的请求：{path}",
  },
  "mutualTls.proofWithout": {
    en: "Requests without a client certificate: {path}",
    zh: "不带客户端证书的请求：{path}",
  },
  "mutualTls.provedServed": { en: "served by Harbor", zh: "由 Harbor 正常应答" },
  "mutualTls.provedRefused": {
    en: "refused by the proxy for want of a certificate",
    zh: "因缺少证书被代理拒绝",
  },
  "mutualTls.exemptHere": {
    en: "served, because this machine is exempt as {name}; that others are refused was not seen from here",
    zh: "正常应答：本机以 {name} 身份豁免；无法从本机验证其他客户端会被拒绝",
  },
  "mutualTls.failedWay": { en: "not as it should be: {problems}", zh: "不符合预期：{problems}" },
  "mutualTls.reportNone": {
    en: "No HarborRegistry among the documents logs its clients. Set `tls.mutual: observe` and run `moorline apply` first.",
    zh: "文档中没有记录客户端的 HarborRegistry。请先设置 `tls.mutual: observe` 并执行 `moorline apply`。",
  },
  "mutualTls.reportTitle": {
    en: "{registry} ({url}): mutual TLS is {mode}",
    zh: "{registry}（{url}）：双向 TLS 为 {mode}",
  },
  "mutualTls.reportNodes": { en: "Nodes", zh: "节点" },
  "mutualTls.reportWithout": {
    en: "Without a certificate that holds",
    zh: "未出示有效证书",
  },
  "mutualTls.reportWith": { en: "With a valid certificate", zh: "出示有效证书" },
  "mutualTls.reportExempt": { en: "Exempt by address", zh: "按地址豁免" },
  "mutualTls.reportNobody": { en: "nobody within {days} day(s)", zh: "{days} 天内没有" },
  "mutualTls.reportClient": {
    en: "{address}  {program}  {path}  {what}  {count}×  {first} – {last}",
    zh: "{address}  {program}  {path}  {what}  {count} 次  {first} – {last}",
  },
  "mutualTls.reportMore": {
    en: "and {count} more; --output json has all",
    zh: "另有 {count} 条；使用 --output json 查看全部",
  },
  "mutualTls.noCertificate": { en: "no certificate", zh: "无证书" },
  "mutualTls.nodeProved": { en: "seen with a valid certificate", zh: "已以有效证书访问" },
} as const satisfies MessageTable;
