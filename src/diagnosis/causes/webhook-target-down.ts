import type { Cause } from "./cause.ts";

export const webhookTargetDown: Cause = {
  code: "WEBHOOK_TARGET_DOWN",
  severity: "warning",
  title: { en: "A webhook of Harbor's reaches nobody", zh: "Harbor 的 Webhook 无法送达" },
  explanation: {
    en: "The receiver of a project's webhook does not answer; Harbor tries again and then gives up.",
    zh: "项目 Webhook 的接收端没有应答；Harbor 重试后放弃。",
  },
  fix: {
    en: "Correct the address of the project's webhook, or start its receiver.",
    zh: "修正项目 Webhook 的地址，或启动接收端。",
  },
  proof: {
    en: "The webhook's last execution in Harbor is a success.",
    zh: "Harbor 中该 Webhook 的最近一次执行成功。",
  },
  signs: [
    { literal: "exit webhook job" },
    { literal: "Job 'WEBHOOK", pattern: /exit with error/ },
    { literal: "Job 'SLACK", pattern: /exit with error/ },
  ],
};
