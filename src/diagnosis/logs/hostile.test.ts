import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLine } from "./parse.ts";
import { analyseText, testTime } from "./testing/analyse.ts";

const lineLike = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        'time="2026-11-22T19:40:04Z" level=error msg="',
        "E1122 19:40:04.575708   28920 remote_image.go:113] ",
        '10.1.2.3 - "GET /v2/ HTTP/1.1" 502 ',
        '2026-11-22T19:05:34Z [ERROR] [/a.go:1][requestID="',
        "Jan  7 20:08:44 h core[1]: ",
        "harbor-core | ",
        '{"kind":"Event","type":"Warning","message":',
        '{"MESSAGE":"',
        "2026/11/22 19:13:04 [info] 1#1: *4 ",
        "x509: certificate signed by unknown authority",
        '\\"',
        '"',
        "\\",
        "]",
        "}",
        "[",
        "\u001b[31m",
        "\u202e",
        "\n",
        " ",
        "证",
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join("")),
);

describe("hostile input", () => {
  test("no line makes the parser throw, and its times are times", () => {
    fc.assert(
      fc.property(lineLike, (line) => {
        const record = parseLine(line, testTime);
        expect(record.time === undefined || Number.isFinite(record.time)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test("what is found does not depend on how the log is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lineLike, { maxLength: 12 }),
        fc.array(fc.nat(2000), { maxLength: 8 }),
        async (parts, cuts) => {
          const text = parts.join("\n");
          const plain = (a: Awaited<ReturnType<typeof analyseText>>): unknown =>
            a.groups.map(({ group: { cause, count, first, last, examples } }) => [
              cause.code,
              count,
              first,
              last,
              examples,
            ]);
          expect(plain(await analyseText(text, cuts))).toEqual(plain(await analyseText(text)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("what it keeps does not grow with the number of lines", async () => {
    const line = (i: number): string =>
      `2026-11-22T19:05:34Z [ERROR] [/a.go:1]: failed to authenticate robot account: robot$r${i}\n`;
    const { groups } = await analyseText(Array.from({ length: 5000 }, (_, i) => line(i)).join(""));
    expect(groups).toHaveLength(1);
    const [only] = groups;
    expect(only?.group.count).toBe(5000);
    expect(only?.group.subjects.get("robot")?.size).toBe(200);
    expect(only?.group.examples).toHaveLength(5);
  });

  test.each(['"', "\\", "[", "(", " - ", "a.b:c "])("a line of many %s ends", (bad) => {
    // An expression that backtracks would run into the test's time limit.
    for (const begin of [
      "10.1.2.3 - ",
      'time="2026-11-22T19:40:04Z" level=error msg="',
      "2026-11-22T19:05:34Z [ERROR] [",
    ])
      expect(parseLine(begin + bad.repeat(20_000), testTime)).toHaveProperty("message");
  });
});
