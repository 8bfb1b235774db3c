import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { literalPattern, MultiSearch } from "./multi-search.ts";
import { LineScanner, type FoundLine } from "./scan.ts";

const patterns = new MultiSearch(["error", "x509"].map(literalPattern));

function scan(chunks: readonly Buffer[]): FoundLine[] {
  const lines: FoundLine[] = [];
  const scanner = new LineScanner(patterns, (line) => lines.push(line));
  for (const chunk of chunks) {
    const copy = Buffer.from(chunk);
    scanner.write(copy);
    // Whoever gives a chunk may use it again.
    copy.fill(0);
  }
  scanner.end();
  return lines;
}

const word = fc.constantFrom(
  "error",
  "x509",
  "err",
  "or",
  "x5",
  "09",
  "\n",
  "\r\n",
  " ",
  "证书",
  "\u001b[31m",
  "a",
);

describe("a stream of lines", () => {
  test("gives the same lines however it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 60 }),
        fc.array(fc.nat(400), { maxLength: 12 }),
        (words, cuts) => {
          const bytes = Buffer.from(words.join(""));
          const at = [0, ...cuts.filter((c) => c < bytes.length).sort((a, b) => a - b), bytes.length];
          const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
          expect(scan(chunks)).toEqual(scan([bytes]));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("gives each line with a match once, decoded, with its place", () => {
    const bytes = Buffer.from("fine\n错误 error x509\r\nfine\nerror at the end");
    expect(scan([bytes])).toEqual([
      { text: "错误 error x509", offset: 5, found: [0, 1] },
      { text: "error at the end", offset: 29, found: [0] },
    ]);
  });

  test("of a line of 10 MiB it looks at the first 64 KiB, however it arrives, and goes on after it", () => {
    const bytes = Buffer.concat([
      Buffer.from("error first\n"),
      Buffer.from(`x509 ${"a".repeat(10 << 20)} error\n`),
      Buffer.from(`${"b".repeat(70_000)} error\n`),
      Buffer.from("error last\n"),
    ]);
    const whole = scan([bytes]);
    expect(whole.map((line) => [line.text.length, line.found])).toEqual([
      [11, [0]],
      [65_536, [1]],
      [10, [0]],
    ]);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, i) =>
      bytes.subarray(i * 50_000, (i + 1) * 50_000),
    );
    expect(scan(chunks)).toEqual(whole);
  });
});
