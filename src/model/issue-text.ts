import type { z } from "zod";
import type { Bilingual } from "../text/language.ts";

type Issue = z.core.$ZodIssue;

const joined = (values: readonly unknown[]): string => values.map((v) => JSON.stringify(v)).join(", ");

const typeNames: Readonly<Record<string, Bilingual>> = {
  string: { en: "a string", zh: "字符串" },
  number: { en: "a number", zh: "数字" },
  int: { en: "a whole number", zh: "整数" },
  boolean: { en: "true or false", zh: "true 或 false" },
  array: { en: "a list", zh: "列表" },
  object: { en: "a mapping", zh: "映射" },
  record: { en: "a mapping", zh: "映射" },
  undefined: { en: "nothing", zh: "空" },
};

const typeName = (name: string): Bilingual => typeNames[name] ?? { en: name, zh: name };

const unit = (origin: string): Bilingual => {
  if (origin === "string") return { en: " characters", zh: " 个字符" };
  if (origin === "array" || origin === "set") return { en: " entries", zh: " 个条目" };
  return { en: "", zh: "" };
};

/**
 * Says what is wrong with a field and what was expected, in both languages.
 * Refinements give their English words as `message` and the Chinese ones as `params.zh`.
 */
export function issueText(issue: Issue): Bilingual {
  switch (issue.code) {
    case "invalid_type": {
      if (issue.input === undefined) {
        const expected = typeName(issue.expected);
        return { en: `is missing; expected ${expected.en}`, zh: `缺失；应为${expected.zh}` };
      }
      const expected = typeName(issue.expected);
      return { en: `expected ${expected.en}`, zh: `应为${expected.zh}` };
    }
    case "unrecognized_keys":
      return { en: `unknown field ${joined(issue.keys)}`, zh: `未知字段 ${joined(issue.keys)}` };
    case "invalid_value":
      return { en: `expected one of ${joined(issue.values)}`, zh: `应为以下之一：${joined(issue.values)}` };
    case "too_small": {
      const of = unit(issue.origin);
      return { en: `expected at least ${issue.minimum}${of.en}`, zh: `至少为 ${issue.minimum}${of.zh}` };
    }
    case "too_big": {
      const of = unit(issue.origin);
      return { en: `expected at most ${issue.maximum}${of.en}`, zh: `至多为 ${issue.maximum}${of.zh}` };
    }
    case "invalid_format":
      return formatText(issue);
    case "invalid_union":
      return {
        en: "fits none of the forms that this field takes; give exactly one of them",
        zh: "不符合该字段允许的任何一种写法；请只使用其中一种",
      };
    case "custom": {
      const zh: unknown = issue.params?.zh;
      return { en: issue.message, zh: typeof zh === "string" ? zh : issue.message };
    }
    default:
      return { en: issue.message, zh: issue.message };
  }
}

function formatText(issue: Extract<Issue, { code: "invalid_format" }>): Bilingual {
  // A pattern's own message is a sentence of the schema; Chinese stands behind " | ".
  const [en, zh] = issue.message.split(" | ");
  if (zh !== undefined && en !== undefined) return { en, zh };
  return { en: `is not a valid ${issue.format}`, zh: `不是有效的 ${issue.format}` };
}
