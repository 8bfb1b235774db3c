/**
 * One word for a POSIX shell, whatever it holds: between single quotes nothing has a meaning but the next single
 * quote (POSIX.1-2017 XCU §2.2.2).
 * @throws RangeError for NUL, which no word can hold
 */
export function quoteWord(word: string): string {
  if (word.includes("\0")) throw new RangeError("a word can not hold NUL");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}
