import type { Cause } from "../../causes/cause.ts";

export const nodeTrustDiffers: Cause = {
  code: "NODE_TRUST_DIFFERS",
  severity: "warning",
  title: {
    en: "A node's files are not as its NodeTrust says",
    zh: "节点文件与 NodeTrust 不一致",
  },
  explanation: {
    en: "Its runtime reads other CAs, client certificates or settings than the documents declare. Where the registry does not answer over them, this is why.",
    zh: "运行时读取的 CA、客户端证书或设置与文档不同。如果据此无法访问镜像仓库，原因即在此。",
  },
  fix: {
    en: "`moorline node plan -f DOCUMENTS --on NODE` shows what would change; `moorline node apply -f DOCUMENTS --on NODE` writes and proves it.",
    zh: "`moorline node plan -f 文档 --on 节点` 显示将要更改的内容；`moorline node apply -f 文档 --on 节点` 写入并验证。",
  },
  proof: {
    en: "`moorline doctor node/NODE -f DOCUMENTS` finds nothing.",
    zh: "`moorline doctor node/节点 -f 文档` 未发现问题。",
  },
  signs: [],
  live: ["NODE_TRUST_DIFFERS"],
  explains: ["AUTHORITY_UNKNOWN", "CLIENT_CERTIFICATE_MISSING", "CLIENT_CERTIFICATE_REFUSED"],
};
