import type { Cause } from "../../causes/cause.ts";

export const nodeClockOff: Cause = {
  code: "NODE_CLOCK_OFF",
  severity: "error",
  title: { en: "A node's clock is wrong", zh: "节点时钟不准" },
  explanation: {
    en: "Certificates count by the clock of whoever looks at them, and a registry takes no token from the future: pulls fail with dates in their messages, or with 401.",
    zh: "证书有效期按校验方的时钟判断，镜像仓库也不接受来自未来的令牌：拉取会因日期或 401 失败。",
  },
  fix: {
    en: "On the node: `timedatectl`, then `systemctl enable --now chrony` (or chronyd, systemd-timesyncd) with a time server that it reaches, and `chronyc makestep`. Where all nodes differ by the same amount, set this machine's clock.",
    zh: "在该节点执行 `timedatectl`，再以可达的时间服务器 `systemctl enable --now chrony`（或 chronyd、systemd-timesyncd），并执行 `chronyc makestep`。若所有节点偏差相同，请校准本机时钟。",
  },
  proof: {
    en: "`date -u` on both machines agrees.",
    zh: "两台机器的 `date -u` 一致。",
  },
  signs: [],
  live: ["NODE_CLOCK_OFF"],
  explains: ["CERTIFICATE_NOT_YET_VALID", "CERTIFICATE_EXPIRED", "TOKEN_REJECTED"],
};
