import type { MessageTable } from "./table.ts";

/** What the sandbox says of itself. */
export const sandboxMessages = {
  "sandbox.started": {
    en: "Started an embedded Harbor at {harbor}, Kubernetes at {kubernetes} and KubeSphere 3.4.1 at {kubesphere}. Data: {data}",
    zh: "已启动内嵌的 Harbor（{harbor}）、Kubernetes（{kubernetes}）与 KubeSphere 3.4.1（{kubesphere}）。数据目录：{data}",
  },
  "sandbox.seeded": {
    en: "Seeded the workspaces shop and bank with four projects, three nodes, and an image in Harbor.",
    zh: "已预置企业空间 shop 与 bank、四个项目、三个节点，以及 Harbor 中的一个镜像。",
  },
  "sandbox.applying": { en: "Applying {path}", zh: "正在应用 {path}" },
  "sandbox.nodes": {
    en: "Trust on the three nodes (folders that stand for them)",
    zh: "在三个节点（以目录代表）上建立信任",
  },
  "sandbox.validate": {
    en: "KubeSphere's own Validate button for Secret {secret} says:",
    zh: "KubeSphere 自身的“验证”按钮对 Secret {secret} 的结果：",
  },
  "sandbox.validatePassed": { en: "verified", zh: "镜像服务验证通过" },
  "sandbox.validateFailed": { en: "failed: {reason}", zh: "镜像服务验证失败：{reason}" },
  "sandbox.again": {
    en: "Applying once more: {steps} step(s) to do.",
    zh: "再次应用：待执行 {steps} 个步骤。",
  },
  "sandbox.pointers": { en: "Point your tools at it:", zh: "用您的工具访问它：" },
  "sandbox.running": { en: "Running until Ctrl-C.", zh: "运行中，按 Ctrl-C 停止。" },
  "sandbox.stopped": { en: "Stopped. The data stay in {data}.", zh: "已停止。数据保留在 {data}。" },
  "sandbox.failed": { en: "Something is not as it should be; see above.", zh: "有内容不符合预期，见上文。" },
} as const satisfies MessageTable;
