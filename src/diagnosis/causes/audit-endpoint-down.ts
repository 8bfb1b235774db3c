import type { Cause } from "./cause.ts";

export const auditEndpointDown: Cause = {
  code: "AUDIT_ENDPOINT_DOWN",
  severity: "warning",
  title: { en: "Harbor can not forward its audit log", zh: "Harbor 无法转发审计日志" },
  explanation: {
    en: "The address of the audit endpoint in Harbor's settings is empty, or nothing listens there. With skip_audit_log_database set, records are lost.",
    zh: "Harbor 配置中的审计日志转发地址为空或无人监听。如果同时设置了 skip_audit_log_database，记录会丢失。",
  },
  fix: {
    en: "Correct `audit_log_forward_endpoint` in Harbor's system settings, or start the receiver.",
    zh: "修正 Harbor 系统设置中的 `audit_log_forward_endpoint`，或启动接收端。",
  },
  proof: { en: "The line no longer appears after a login to Harbor.", zh: "登录 Harbor 后该日志不再出现。" },
  signs: [{ literal: "audit log endpoint" }, { literal: "failed to create audit log" }],
};
