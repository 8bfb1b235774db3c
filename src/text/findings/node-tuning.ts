import type { FindingTable } from "./table.ts";

/** What can be found wrong: NodeTuning. `{subject}` is the node's name. */
export const nodeTuningFindings = {
  NODE_KUBELET_TOO_OLD: {
    severity: "error",
    en: "{field} needs a kubelet of {since} or later; {subject} has {has}, which would not start with it. Nothing was changed. Leave the field out, or give these nodes a document of their own.",
    zh: "{field} 需要 {since} 或更高版本的 kubelet；{subject} 的版本为 {has}，写入后 kubelet 将无法启动。未做任何修改。请去掉该字段，或为这些节点单独编写文档。",
  },
  NODE_KUBELET_SETTINGS_CONFLICT: {
    severity: "error",
    en: "With the rest of its file, the kubelet of {subject} would have {setting} beside {other}, and would not start. Nothing was changed. Set both fields in the document.",
    zh: "与配置文件其余内容合并后，{subject} 的 kubelet 将同时具有 {setting} 与 {other}，无法启动。未做任何修改。请在文档中同时设置这两个字段。",
  },
  NODE_KUBELET_SETTING_OVERRIDDEN: {
    severity: "error",
    en: "{by} gives the kubelet of {subject} {value} for {field}, and wins over the file, where {wanted} was asked for. Take it away there (for kubeadm: /var/lib/kubelet/kubeadm-flags.env and the drop-ins of kubelet.service), then run this again.",
    zh: "{by} 将 {subject} 的 kubelet 的 {field} 设为 {value}，优先于配置文件，而文档要求 {wanted}。请在该处移除（kubeadm 为 /var/lib/kubelet/kubeadm-flags.env 与 kubelet.service 的 drop-in 文件）后重新运行。",
  },
  NODE_KUBELET_REFUSED_SETTINGS: {
    severity: "error",
    en: "The kubelet of {subject} did not come back with these settings before, and got its old {path} back. They are not tried again. See `journalctl -u kubelet`, change the document, or run `moorline node apply --remove` to forget it.",
    zh: "{subject} 的 kubelet 此前未能以这些设置恢复，已还原 {path}。不会再次尝试。请查看 `journalctl -u kubelet` 并修改文档，或运行 `moorline node apply --remove` 清除记录。",
  },
  NODE_KUBELET_RESTART_WITHHELD: {
    severity: "warning",
    en: "The kubelet's settings on {subject} have changed, and the document says `restart.kubelet: never`: they count only after its next start.",
    zh: "{subject} 的 kubelet 设置已更改，但文档设置了 `restart.kubelet: never`：kubelet 下次启动后才会生效。",
  },
  NODE_EVICTION_BEFORE_COLLECTION: {
    severity: "warning",
    en: "{subject} evicts pods when less than {threshold} of the images' disk is left, and collects unused images only above {high} % of use: pods go before images do. Lower imageGCHighThresholdPercent, or the threshold.",
    zh: "{subject} 在镜像磁盘剩余低于 {threshold} 时驱逐 Pod，而使用率超过 {high}% 才清理未使用的镜像：Pod 会先于镜像被清除。请降低 imageGCHighThresholdPercent 或该阈值。",
  },
} as const satisfies FindingTable;
