import type { ErrorTable } from "./table.ts";

/** Errors of the command line. */
export const cliErrors = {
  CLI_UNKNOWN_COMMAND: {
    retry: "never",
    en: { what: "There is no command {subject}.", remedy: "`moorline --help` lists the commands{hint}." },
    zh: { what: "没有命令 {subject}。", remedy: "`moorline --help` 会列出所有命令{hint}。" },
  },
  CLI_UNKNOWN_OPTION: {
    retry: "never",
    en: { what: "{subject} does not take {option}.", remedy: "It takes: {known}." },
    zh: { what: "{subject} 不支持 {option}。", remedy: "可用选项：{known}。" },
  },
  CLI_OPTION_VALUE: {
    retry: "never",
    en: {
      what: "{subject}: {option} needs a value, or takes none.",
      remedy: "See `moorline {command} --help`.",
    },
    zh: {
      what: "{subject}：{option} 缺少取值，或不接受取值。",
      remedy: "请参阅 `moorline {command} --help`。",
    },
  },
  CLI_OPTION_CHOICE: {
    retry: "never",
    en: { what: '{subject}: {option} cannot be "{value}".', remedy: "Give one of: {choices}." },
    zh: { what: "{subject}：{option} 不能为“{value}”。", remedy: "可选值：{choices}。" },
  },
  CLI_ARGUMENT_MISSING: {
    retry: "never",
    en: { what: "{subject} needs {argument}.", remedy: "See `moorline {command} --help`." },
    zh: { what: "{subject} 缺少参数 {argument}。", remedy: "请参阅 `moorline {command} --help`。" },
  },
  CLI_ARGUMENT_EXTRA: {
    retry: "never",
    en: {
      what: '{subject} takes no "{argument}".',
      remedy: "See `moorline {command} --help`; files are given with -f.",
    },
    zh: {
      what: "{subject} 不接受参数“{argument}”。",
      remedy: "请参阅 `moorline {command} --help`；文件请用 -f 指定。",
    },
  },
  CLI_NO_INPUT: {
    retry: "never",
    en: {
      what: "{subject} was given no documents.",
      remedy: "Give a file or folder with -f, or - for standard input; `moorline init` writes a first one.",
    },
    zh: {
      what: "{subject} 没有得到任何文档。",
      remedy: "请用 -f 指定文件或目录，或用 - 表示标准输入；`moorline init` 可生成第一份文档。",
    },
  },
  CLI_FILE_EXISTS: {
    retry: "never",
    en: {
      what: "{subject} exists already.",
      remedy: "Choose another place, or remove it first; nothing was written.",
    },
    zh: { what: "{subject} 已存在。", remedy: "请换一个位置，或先将其删除；未写入任何内容。" },
  },
  CLI_NOT_A_TERMINAL: {
    retry: "never",
    en: {
      what: "{subject} asks questions, but standard input is not a terminal.",
      remedy: "Give the answers as options: {options}.",
    },
    zh: { what: "{subject} 需要交互回答，但标准输入不是终端。", remedy: "请用选项给出答案：{options}。" },
  },
  CLI_CONFIRMATION_NEEDED: {
    retry: "never",
    en: {
      what: "{subject} needs a confirmation, and standard input is not a terminal.",
      remedy: "Look at the plan first, then add --yes.",
    },
    zh: { what: "{subject} 需要确认，但标准输入不是终端。", remedy: "请先查看计划，再加上 --yes。" },
  },
} as const satisfies ErrorTable;
