import type { MessageTable } from "./table.ts";

/** Words of NodeTrust. */
export const nodeTrustMessages = {
  "nodeTrust.write": {
    en: "Let {runtime} trust {url}, with files in {folder}",
    zh: "让 {runtime} 信任 {url}，写入 {folder}",
  },
  "nodeTrust.dropFormer": {
    en: "Drop what {runtime} trusted before for {url}, once the new has been proved by a handshake",
    zh: "通过握手验证新的信任后，移除 {runtime} 此前对 {url} 的信任",
  },
  "nodeTrust.setConfigPath": { en: "Set config_path in {path}", zh: "在 {path} 中设置 config_path" },
  "nodeTrust.restart": { en: "Restart containerd", zh: "重启 containerd" },
  "nodeTrust.remove": {
    en: "Take the trust in {url} away again, and put back what was replaced",
    zh: "撤销对 {url} 的信任，并恢复被替换的文件",
  },
  "nodeTrust.becauseFiles": { en: "missing or different: {paths}", zh: "缺失或不一致：{paths}" },
  "nodeTrust.becauseFormer": {
    en: "an older CA or client certificate is still there",
    zh: "旧的 CA 或客户端证书仍然存在",
  },
  "nodeTrust.becauseNoConfigPath": {
    en: "containerd reads no hosts.toml before config_path is set",
    zh: "未设置 config_path 时，containerd 不会读取 hosts.toml",
  },
  "nodeTrust.becauseConfigPath": {
    en: "containerd reads config_path only when it starts",
    zh: "containerd 只在启动时读取 config_path",
  },
  "nodeTrust.becauseRemoved": {
    en: "the document is taken away; Moorline wrote {paths}",
    zh: "文档已被移除；Moorline 写入过 {paths}",
  },
  "nodeTrust.interruptsRestart": {
    en: "Running containers go on; for a few seconds no container can be started and no image pulled on this node.",
    zh: "运行中的容器不受影响；数秒内本节点无法启动容器或拉取镜像。",
  },
  "nodeTrust.interruptsRemoval": {
    en: "This node can no longer pull from {url}.",
    zh: "本节点将无法再从 {url} 拉取镜像。",
  },
  "nodeTrust.proofHandshake": {
    en: "A handshake with the files that {runtime} reads",
    zh: "使用 {runtime} 读取的文件进行 TLS 握手",
  },
  "nodeTrust.provedHandshake": { en: "{url} is trusted", zh: "{url} 已受信任" },
  "nodeTrust.proofPull": {
    en: "A pull of {image} with the files that {runtime} reads, and 404 for a tag that is not there",
    zh: "使用 {runtime} 读取的文件拉取 {image}，且不存在的标签返回 404",
  },
  "nodeTrust.provedPull": {
    en: "{digest}, {bytes} bytes, all verified",
    zh: "{digest}，{bytes} 字节，均已校验",
  },
  "nodeTrust.failed": { en: "it failed: {reason}", zh: "失败：{reason}" },
  "nodeTrust.everyTagExists": {
    en: "{repository} answers for tags that nobody made: it can not be told whether a missing tag reads as 404",
    zh: "{repository} 对不存在的标签也返回成功，无法确认缺失的标签是否返回 404",
  },
  "nodeTrust.conflict": {
    en: "not done, because containerd's configuration holds {settings}",
    zh: "未执行，因为 containerd 配置中存在 {settings}",
  },
} as const satisfies MessageTable;
