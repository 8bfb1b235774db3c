import type { MessageTable } from "./table.ts";

/** Words of `moorline install`. */
export const installMessages = {
  "install.created": { en: "create {subject}", zh: "新建 {subject}" },
  "install.updated": { en: "change {subject}", zh: "修改 {subject}" },
  "install.unchanged": { en: "{count} object(s) are as they should be", zh: "{count} 个对象无需更改" },
  "install.confirm": { en: "Write this to {server}?", zh: "写入 {server}？" },
  "install.ready": { en: "{name} is ready", zh: "{name} 已就绪" },
} as const satisfies MessageTable;
