import type { Option } from "./command.ts";

/** Options that every command takes. */
export const commonOptions: readonly Option[] = [
  {
    name: "lang",
    value: "LANGUAGE",
    choices: ["en", "zh-CN"],
    description: {
      en: "Language of messages; the locale decides otherwise.",
      zh: "消息语言；默认取自系统区域设置。",
    },
  },
  { name: "help", short: "h", description: { en: "Show this help.", zh: "显示帮助。" } },
];

export const outputOption: Option = {
  name: "output",
  short: "o",
  value: "FORMAT",
  choices: ["text", "json"],
  default: "text",
  description: { en: "text for people, json for machines.", zh: "text 供人阅读，json 供程序使用。" },
};

export const inputOption: Option = {
  name: "filename",
  short: "f",
  value: "PATH",
  repeatable: true,
  description: {
    en: "A file, a folder (its .yaml and .yml files) or - for standard input; may be repeated.",
    zh: "文件、目录（读取其中的 .yaml 与 .yml 文件）或 -（标准输入）；可重复使用。",
  },
};

export const clusterOptions: readonly Option[] = [
  {
    name: "kubeconfig",
    value: "PATH",
    description: {
      en: "Kubeconfig file; otherwise KUBECONFIG or ~/.kube/config.",
      zh: "kubeconfig 文件；默认使用 KUBECONFIG 或 ~/.kube/config。",
    },
  },
  {
    name: "context",
    value: "NAME",
    description: {
      en: "Context of the kubeconfig; otherwise its current one.",
      zh: "kubeconfig 中的上下文；默认使用当前上下文。",
    },
  },
];
