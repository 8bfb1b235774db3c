/** Doublestar patterns as Harbor's selectors use them: `*` within a path part, `**` across, `?`, `{a,b}`. */
export function matchesGlob(pattern: string, value: string): boolean {
  const source = pattern.replaceAll(/\*\*\/?|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, (token) => {
    if (token === "**") return ".*";
    if (token === "**/") return "(?:.*/)?";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.length > 1) return `(?:${token.slice(1, -1).split(",").map(escaped).join("|")})`;
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`).test(value);
}

const escaped = (text: string): string => text.replaceAll(/[.+^$()|[\]\\*?{}]/g, String.raw`\$&`);
