import { inLanguage, type Bilingual, type Language } from "../../text/language.ts";
import { apiVersion, type KindSchema } from "../kind-schema.ts";
import { isNode, rawSpecSchema, type SchemaNode } from "./json-schema.ts";

/** One field of a kind, as the reference page and `moorline explain` show it. */
export interface Field {
  /** `spec.tls.minimumVersion`; lists end in `[]`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** JSON text of the default. */
  readonly default?: string;
  readonly choices: readonly string[];
  readonly description: Bilingual;
}

/** Every field of a kind, outermost first. */
export function fieldsOf(kind: KindSchema): readonly Field[] {
  return collect(rawSpecSchema(kind, "draft-2020-12"), "spec");
}

function collect(node: SchemaNode, path: string): Field[] {
  if (!isNode(node.properties)) return [];
  const required = Array.isArray(node.required) ? node.required : [];
  return Object.entries(node.properties).flatMap(([name, child]) => {
    if (!isNode(child)) return [];
    const items = isNode(child.items) ? child.items : undefined;
    const values = isNode(child.additionalProperties) ? child.additionalProperties : undefined;
    const own = `${path}.${name}${items === undefined ? "" : "[]"}`;
    return [
      field(child, own, required.includes(name)),
      ...collect(child, own),
      ...(items === undefined ? [] : collect(items, own)),
      ...(values === undefined ? [] : collect(values, `${own}.*`)),
    ];
  });
}

function field(node: SchemaNode, path: string, required: boolean): Field {
  const choices = Array.isArray(node.enum)
    ? node.enum
    : isNode(node.items) && Array.isArray(node.items.enum)
      ? node.items.enum
      : [];
  const description = typeof node.description === "string" ? node.description : "";
  const zh = typeof node.zh === "string" ? node.zh : description;
  const shownDefault =
    node.default === undefined || isNode(node.default) ? undefined : JSON.stringify(node.default);
  return {
    path,
    type: typeOf(node),
    required: required && node.default === undefined,
    ...(shownDefault === undefined ? {} : { default: shownDefault }),
    choices: choices.map(String),
    description: { en: description, zh },
  };
}

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.type === "array" && isNode(node.items)) return `[]${typeOf(node.items)}`;
  if (node.type === "object" && isNode(node.additionalProperties))
    return `map[string]${typeOf(node.additionalProperties)}`;
  if (Array.isArray(node.anyOf))
    return node.anyOf.map((n: unknown) => (isNode(n) ? typeOf(n) : "")).join(" | ");
  return typeof node.type === "string" ? node.type : "any";
}

const words = {
  field: { en: "Field", zh: "字段" },
  type: { en: "Type", zh: "类型" },
  meaning: { en: "Meaning", zh: "含义" },
  required: { en: "required", zh: "必填" },
  default: { en: "default", zh: "默认" },
  oneOf: { en: "one of", zh: "可选" },
  generated: {
    en: "Generated from the schema by `npm run generate`; do not edit.",
    zh: "由 `npm run generate` 根据模式生成，请勿手工修改。",
  },
} as const satisfies Record<string, Bilingual>;

/** The reference page of one kind, in Markdown. */
export function referencePage(kind: KindSchema, language: Language): string {
  const say = (text: Bilingual): string => inLanguage(text, language);
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const rows = fieldsOf(kind).map((f) => {
    const notes = [
      ...(f.required ? [`**${say(words.required)}**`] : []),
      ...(f.choices.length === 0
        ? []
        : [`${say(words.oneOf)} ${f.choices.map((c) => `\`${c}\``).join(", ")}`]),
      ...(f.default === undefined ? [] : [`${say(words.default)} \`${f.default}\``]),
    ];
    const meaning = [say(f.description), ...(notes.length === 0 ? [] : [`(${notes.join("; ")})`])].join(" ");
    return `| \`${f.path}\` | \`${cell(f.type)}\` | ${cell(meaning)} |`;
  });
  return [
    `# ${kind.kind}`,
    "",
    `<!-- ${say(words.generated)} -->`,
    "",
    say(kind.description),
    "",
    `\`apiVersion: ${apiVersion}\` · \`kind: ${kind.kind}\` · \`kubectl get ${[...kind.shortNames, kind.plural][0]}\``,
    "",
    `| ${say(words.field)} | ${say(words.type)} | ${say(words.meaning)} |`,
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
