import { kinds } from "../../../kinds/registry.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { allKindsJsonSchema, kindJsonSchema } from "../../../model/generate/json-schema.ts";
import { fieldsOf } from "../../../model/generate/reference.ts";
import type { KindSchema } from "../../../model/kind-schema.ts";
import { inLanguage, type Language } from "../../../text/language.ts";
import type { Command } from "../command.ts";
import { painter, type Painter } from "../paint.ts";

export const explain: Command = {
  name: "explain",
  summary: { en: "Describe a kind and its fields.", zh: "说明某个类型及其字段。" },
  arguments: [
    {
      name: "KIND",
      optional: true,
      description: {
        en: "A kind, its plural or its short name; without it, all kinds.",
        zh: "类型、复数或简称；省略则列出全部类型。",
      },
    },
  ],
  options: [
    {
      name: "output",
      short: "o",
      value: "FORMAT",
      choices: ["text", "json-schema"],
      default: "text",
      description: {
        en: "text for people, json-schema for editors.",
        zh: "text 供人阅读，json-schema 供编辑器使用。",
      },
    },
  ],
  examples: [
    {
      command: "moorline explain ProjectBinding",
      explanation: { en: "Every field of one kind.", zh: "列出某个类型的全部字段。" },
    },
    {
      command: "moorline explain -o json-schema > moorline.schema.json",
      explanation: { en: "Completion and checks in an editor.", zh: "用于编辑器的补全与校验。" },
    },
  ],
  run: async ({ io, language, arguments: [word], option }) => {
    const schemas = kinds.map((k) => k.schema);
    const chosen = word === undefined ? undefined : findKind(word, schemas);
    if (option("output") === "json-schema") {
      const schema = chosen === undefined ? allKindsJsonSchema(schemas) : kindJsonSchema(chosen);
      io.out(`${JSON.stringify(schema, null, 2)}\n`);
      return 0;
    }
    const paint = painter(io.colours);
    if (chosen === undefined)
      for (const s of schemas)
        io.out(
          `${paint.bold(s.kind)} (${[s.plural, ...s.shortNames].join(", ")})\n  ${inLanguage(s.description, language)}\n`,
        );
    else io.out(describeKind(chosen, language, paint));
    return 0;
  },
};

function findKind(word: string, schemas: readonly KindSchema[]): KindSchema {
  const wanted = word.toLowerCase();
  const found = schemas.find((s) => [s.kind.toLowerCase(), s.plural, ...s.shortNames].includes(wanted));
  if (found !== undefined) return found;
  throw new MoorlineError("DOCUMENT_KIND_UNKNOWN", {
    subject: "moorline explain",
    parameters: {
      kind: word,
      apiVersion: "moorline.io/v1alpha1",
      known: schemas.map((s) => s.kind).join(", "),
    },
  });
}

function describeKind(schema: KindSchema, language: Language, paint: Painter): string {
  const required = inLanguage({ en: "required", zh: "必填" }, language);
  const fallback = inLanguage({ en: "default", zh: "默认" }, language);
  const lines = [paint.bold(schema.kind), `  ${inLanguage(schema.description, language)}`, ""];
  for (const field of fieldsOf(schema)) {
    const notes = [
      ...(field.required ? [required] : []),
      ...(field.choices.length === 0 ? [] : [field.choices.join(" | ")]),
      ...(field.default === undefined ? [] : [`${fallback} ${field.default}`]),
    ];
    const tail = notes.length === 0 ? "" : paint.dim(` (${notes.join("; ")})`);
    lines.push(
      `${paint.cyan(field.path)} ${paint.dim(field.type)}${tail}`,
      `    ${inLanguage(field.description, language)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
