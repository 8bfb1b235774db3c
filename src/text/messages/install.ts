import type { MessageTable } from "./table.ts";

/** Words of `moorline install`. */
export const installMessages = {
  "install.created": { en: "create {subject}", zh: "新建 {subject}" },
  "install.updated": { en: "change {subject}", zh: "修改 {subject}" },
  "install.unchanged": { en: "{count} object(s) are as they should be", zh: "{count} 个对象无需更改" },
  "install.confirm": { en: "Write this to {server}?", zh: "写入 {server}？" },
  "install.removed": { en: "remove {subject}", zh: "移除 {subject}" },
  "install.nothingThere": {
    en: "There is nothing of Moorline's in {namespace}.",
    zh: "{namespace} 中没有 Moorline 的任何内容。",
  },
  "install.confirmRemoval": { en: "Remove this from {server}?", zh: "从 {server} 移除？" },
  "install.gone": { en: "{count} object(s) removed", zh: "已移除 {count} 个对象" },
  "install.ready": { en: "{name} is ready", zh: "{name} 已就绪" },
} as const satisfies MessageTable;
