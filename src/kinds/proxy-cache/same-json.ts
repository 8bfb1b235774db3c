/** Harbor may write members in another order, or with others that say nothing. */
export function sameJson(a: string, b: string): boolean {
  try {
    return canonical(JSON.parse(a)) === canonical(JSON.parse(b));
  } catch {
    // What is no JSON was not written by us, and differs.
    return false;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(
          Object.entries(member)
            .filter(([, v]) => v !== null && v !== "" && !isEmpty(v))
            .sort(([x], [y]) => (x < y ? -1 : 1)),
        )
      : member,
  );
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((v) => v === null || v === "" || isEmpty(v));
