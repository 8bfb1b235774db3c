import type { Cause } from "./cause.ts";

export const scannerMissing: Cause = {
  code: "SCANNER_MISSING",
  severity: "note",
  title: {
    en: "Harbor has no scanner, so nothing is scanned",
    zh: "Harbor 没有可用的扫描器，镜像不会被扫描",
  },
  explanation: {
    en: "Scan on push is on, and no scanner is installed or set for the project. A policy against vulnerabilities then lets everything through.",
    zh: "已启用推送时扫描，但未安装扫描器或未为项目设置。此时漏洞策略会放行所有镜像。",
  },
  fix: {
    en: "Install Harbor with Trivy, or set a scanner for the project.",
    zh: "安装带 Trivy 的 Harbor，或为项目设置扫描器。",
  },
  proof: { en: "A pushed image has a scan report.", zh: "推送的镜像有扫描报告。" },
  signs: [{ literal: "no available scanner for project" }],
  live: ["HARBOR_SCANNER_ABSENT"],
};
