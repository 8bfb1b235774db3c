import type { MessageTable } from "./table.ts";

/** Words of HarborCertificate, for a Harbor that docker-compose runs. */
export const harborComposeMessages = {
  "harborCompose.configure": {
    en: "Put the certificate there, set {settings} in harbor.yml of {at}, run prepare, and start Harbor anew",
    zh: "写入证书，设置 {at} 中 harbor.yml 的 {settings}，运行 prepare 并重新启动 Harbor",
  },
  "harborCompose.prepare": {
    en: "Put the certificate there, run prepare in {at}, and start Harbor anew",
    zh: "写入证书，在 {at} 中运行 prepare 并重新启动 Harbor",
  },
  "harborCompose.deliver": {
    en: "Exchange Harbor's certificate in {at} in place, and reload nginx",
    zh: "就地替换 {at} 中 Harbor 的证书，并重新加载 nginx",
  },
  "harborCompose.restart": {
    en: "Exchange Harbor's certificate in {at} in place, and restart the container of nginx",
    zh: "就地替换 {at} 中 Harbor 的证书，并重启 nginx 容器",
  },
  "harborCompose.start": {
    en: "Exchange Harbor's certificate in {at} in place, and start Harbor",
    zh: "就地替换 {at} 中 Harbor 的证书，并启动 Harbor",
  },
  "harborCompose.removeBackups": {
    en: "Remove Moorline's backups from {at}; Harbor goes on serving the certificate that it has",
    zh: "删除 {at} 中 Moorline 的备份；Harbor 继续使用现有证书",
  },
  "harborCompose.interruptsAll": {
    en: "Harbor's containers are stopped and made anew: pulls, pushes and the console fail for one or two minutes",
    zh: "Harbor 的全部容器会停止并重新创建：拉取、推送和控制台将中断一至两分钟",
  },
  "harborCompose.interruptsProxy": {
    en: "clients are refused for some seconds, as nginx does not see the new files until its container is restarted",
    zh: "nginx 容器重启前看不到新文件，重启期间客户端会被拒绝数秒",
  },
  "harborCompose.becauseEdits": {
    en: "harbor.yml says otherwise: {settings}",
    zh: "harbor.yml 中的设置不符：{settings}",
  },
  "harborCompose.becauseNotRendered": {
    en: "harbor.yml is right, but prepare has not rendered it",
    zh: "harbor.yml 正确，但尚未由 prepare 生成配置",
  },
  "harborCompose.becauseInterrupted": {
    en: "an earlier run was cut off while it changed files",
    zh: "此前的运行在修改文件时中断",
  },
  "harborCompose.becauseNotShown": {
    en: "clients are shown another certificate than the one on the disk",
    zh: "客户端收到的证书与磁盘上的不一致",
  },
  "harborCompose.proofShown": {
    en: "TLS handshake with Harbor, from outside",
    zh: "从外部与 Harbor 进行 TLS 握手",
  },
  "harborCompose.shown": {
    en: "serves the certificate {serial}, which verifies for {names}",
    zh: "提供证书 {serial}，对 {names} 验证通过",
  },
  "harborCompose.otherShown": {
    en: "serves another certificate, {serial}",
    zh: "提供的是另一张证书 {serial}",
  },
  "harborCompose.notShown": { en: "shows no certificate ({reason})", zh: "未提供证书（{reason}）" },
  "harborCompose.proofKept": {
    en: "harbor.yml, its files and nginx's hold the certificate",
    zh: "harbor.yml、其所指文件与 nginx 的文件均为该证书",
  },
  "harborCompose.kept": {
    en: "the same everywhere, so prepare and restarts keep it",
    zh: "各处一致，运行 prepare 或重启后仍然有效",
  },
  "harborCompose.notKept": {
    en: "they differ: the next prepare or restart would bring another one back",
    zh: "存在差异：下次运行 prepare 或重启会恢复为其他证书",
  },
} as const satisfies MessageTable;
