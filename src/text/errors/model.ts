import type { ErrorTable } from "./table.ts";

/** Errors of documents: YAML, fields, references. `{subject}` is the file with line and column. */
export const modelErrors = {
  DOCUMENT_UNREADABLE: {
    retry: "never",
    en: { what: "{subject} cannot be read: {reason}.", remedy: "Check the path and its permissions." },
    zh: { what: "无法读取 {subject}：{reason}。", remedy: "请检查路径及其权限。" },
  },
  DOCUMENT_TOO_LARGE: {
    retry: "never",
    en: { what: "{subject} is larger than {limit}.", remedy: "Split it into smaller files." },
    zh: { what: "{subject} 超过了 {limit}。", remedy: "请拆分为更小的文件。" },
  },
  DOCUMENT_SYNTAX: {
    retry: "never",
    en: { what: "{subject}: not valid YAML: {reason}.", remedy: "Correct the YAML at that place." },
    zh: { what: "{subject}：不是有效的 YAML：{reason}。", remedy: "请修正该处的 YAML。" },
  },
  DOCUMENT_FIELD: {
    retry: "never",
    en: {
      what: "{subject}: {field}: {reason}.",
      remedy: "Correct the field; `moorline explain {kind}` lists what it takes.",
    },
    zh: {
      what: "{subject}：{field}：{reason}。",
      remedy: "请修正该字段；`moorline explain {kind}` 会列出可用的取值。",
    },
  },
  DOCUMENT_KIND_UNKNOWN: {
    retry: "never",
    en: {
      what: "{subject}: no kind {kind} in {apiVersion}.",
      remedy: "Use apiVersion moorline.io/v1alpha1 and one of: {known}.",
    },
    zh: {
      what: "{subject}：{apiVersion} 中没有类型 {kind}。",
      remedy: "请使用 apiVersion moorline.io/v1alpha1，类型为：{known}。",
    },
  },
  DOCUMENT_DUPLICATE: {
    retry: "never",
    en: {
      what: "{subject}: {name} is declared already at {other}.",
      remedy: "Keep one of the two, or rename one.",
    },
    zh: { what: "{subject}：{name} 已在 {other} 声明。", remedy: "请保留其一，或为其一改名。" },
  },
  DOCUMENT_REFERENCE_MISSING: {
    retry: "never",
    en: {
      what: "{subject} refers to {reference}, which no document declares.",
      remedy: "Add that document to the input, or correct the name.",
    },
    zh: {
      what: "{subject} 引用了 {reference}，但没有文档声明它。",
      remedy: "请将该文档加入输入，或更正名称。",
    },
  },
  DOCUMENT_REFERENCE_CYCLE: {
    retry: "never",
    en: {
      what: "The documents refer to each other in a circle: {subject}.",
      remedy: "Remove one of the references.",
    },
    zh: { what: "文档之间循环引用：{subject}。", remedy: "请去掉其中一个引用。" },
  },
  DOCUMENT_NONE: {
    retry: "never",
    en: {
      what: "{subject} holds no Moorline document.",
      remedy:
        "Give files or folders with documents of apiVersion moorline.io/v1alpha1; `moorline init` writes a first one.",
    },
    zh: {
      what: "{subject} 中没有 Moorline 文档。",
      remedy: "请提供包含 apiVersion moorline.io/v1alpha1 文档的文件或目录；`moorline init` 可生成第一份。",
    },
  },
} as const satisfies ErrorTable;
