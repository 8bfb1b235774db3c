import type { MessageTable } from "./table.ts";

/** What the sandbox says of itself. */
export const sandboxMessages = {
  "sandbox.started": {
    en: "Started an embedded Harbor at {harbor} and an embedded Kubernetes with KubeSphere's verify API at {kubernetes}. Data: {data}",
    zh: "已启动内嵌 Harbor（{harbor}）以及带 KubeSphere 验证接口的内嵌 Kubernetes（{kubernetes}）。数据目录：{data}",
  },
  "sandbox.seeded": {
    en: "Seeded the workspaces shop and bank with four projects, three nodes, and an image in Harbor.",
    zh: "已预置企业空间 shop 与 bank、四个项目、三个节点，以及 Harbor 中的一个镜像。",
  },
  "sandbox.applying": { en: "Applying {path}", zh: "正在应用 {path}" },
  "sandbox.nodes": { en: "Trust on the three nodes (folders that stand for them)", zh: "在三个节点（以目录代表）上建立信任" },
  "sandbox.validate": {
    en: "KubeSphere's own Validate button for Secret {secret}",
    zh: "KubeSphere 自身的“验证”按钮：Secret {secret}",
  },
  "sandbox.validatePassed": { en: "passes (HTTP {status})", zh: "通过（HTTP {status}）" },
  "sandbox.validateFailed": { en: "fails (HTTP {status}): {reason}", zh: "失败（HTTP {status}）：{reason}" },
  "sandbox.again": { en: "Applying once more: {steps} step(s) to do.", zh: "再次应用：待执行 {steps} 个步骤。" },
  "sandbox.pointers": { en: "Point your tools at it:", zh: "用您的工具访问它：" },
  "sandbox.running": { en: "Running until Ctrl-C.", zh: "运行中，按 Ctrl-C 停止。" },
  "sandbox.stopped": { en: "Stopped. The data stay in {data}.", zh: "已停止。数据保留在 {data}。" },
  "sandbox.failed": { en: "Something is not as it should be; see above.", zh: "有内容不符合预期，见上文。" },
} as const satisfies MessageTable;
