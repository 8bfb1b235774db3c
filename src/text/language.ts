/** The languages in which everything that a person reads exists. */
export type Language = "en" | "zh-CN";

/** A text in both languages. Placeholders `{name}` are filled from parameters; both languages use the same ones. */
export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}

/**
 * Chooses the language from POSIX locale variables, in the order that setlocale(3) reads them.
 * @param environment process environment
 * @returns zh-CN for any Chinese locale, else en
 */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || "";
  return /^zh/i.test(locale) ? "zh-CN" : "en";
}

/** Picks one language's text. */
export function inLanguage(text: Bilingual, language: Language): string {
  return language === "zh-CN" ? text.zh : text.en;
}
