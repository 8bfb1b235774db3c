import { describe, expect, test } from "vitest";
import { errorTexts } from "./errors/catalogue.ts";
import { findingTexts } from "./findings/catalogue.ts";
import { messageTexts } from "./messages/catalogue.ts";

const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{([A-Za-z]\w*)\}/g)].map((m) => m[1] ?? ""))].sort();

const pairs: [string, string, string][] = [
  ...Object.entries(errorTexts).flatMap(([code, t]): [string, string, string][] => [
    [`${code} what`, t.en.what, t.zh.what],
    [`${code} remedy`, t.en.remedy, t.zh.remedy],
  ]),
  ...Object.entries(findingTexts).map(([code, t]): [string, string, string] => [code, t.en, t.zh]),
  ...Object.entries(messageTexts).map(([key, t]): [string, string, string] => [
    key,
    (t as { en: string }).en,
    (t as { zh: string }).zh,
  ]),
];

describe("every text", () => {
  test.each(pairs)("%s exists in both languages with the same placeholders", (_code, en, zh) => {
    expect(en.trim()).not.toBe("");
    expect(zh.trim()).not.toBe("");
    expect(placeholders(zh)).toEqual(placeholders(en));
  });

  // A text may be the same in both languages only where it is nothing but names and placeholders.
  const prose = pairs.filter(([, en]) => /[a-z]{4,} [a-z]{2,}/.test(en.replaceAll(/`[^`]*`|\{\w+\}/g, "")));
  test.each(prose)("%s is in Chinese where it says so", (_code, _en, zh) => {
    expect(zh).toMatch(/\p{Script=Han}/u);
  });
});
