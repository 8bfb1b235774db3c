/** How a registry wants to be logged in to (RFC 9110 §11.6.1; RFC 6750 §3 for Bearer). */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const schemeAt = new RegExp(`^[\\s,]*(${token})(?:\\s+|$)`);
const parameterAt = new RegExp(`^[\\s,]*(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`);

/**
 * Reads a Www-Authenticate header, several challenges in one header included. Harbor sends an empty one for a missing
 * project (facts/harbor.md §4).
 * @returns the challenges in order; what does not parse ends the list
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let rest = header;
  for (;;) {
    // A token that is followed by "=" is a parameter of the challenge before, not a new scheme.
    const scheme = parameterAt.test(rest) ? null : schemeAt.exec(rest);
    if (!scheme?.[1]) return challenges;
    rest = rest.slice(scheme[0].length);
    const parameters: Record<string, string> = {};
    for (let found = parameterAt.exec(rest); found?.[1]; found = parameterAt.exec(rest)) {
      parameters[found[1].toLowerCase()] = found[2]?.replaceAll(/\\(.)/g, "$1") ?? found[3] ?? "";
      rest = rest.slice(found[0].length);
    }
    challenges.push({ scheme: scheme[1].toLowerCase(), parameters });
  }
}
