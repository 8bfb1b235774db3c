import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moorline } from "../testing/test-io.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-hostile-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Whatever moves a terminal's cursor, colours it, renames its window or turns its text around; line feeds are ours. */
// oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const evil = fc.constantFrom(
  "\u001b[2J",
  "\u001b]0;owned\u0007",
  "\u001bP1;2q",
  "\u009b31m",
  "\u202e",
  "\u2066",
  "\r",
  "\b",
  "\u0000",
  "<script>alert(1)</script>",
  "</pre>",
  "证书",
);
const failure = fc.constantFrom(
  '2026-11-22T19:08:42Z [ERROR] [/a.go:67][requestID="r"]: the robot account is expired: robot$ci',
  'E1122 19:40:04.5   28920 remote_image.go:113] PullImage "h.example/a/b:1" from image service failed: 401 Unauthorized',
  '{"kind":"Event","type":"Warning","reason":"Failed","message":"x509: certificate signed by unknown authority","involvedObject":{"namespace":"a","name":"b"}}',
  'time="2026-11-22T19:40:04Z" level=error msg="x509: certificate signed by unknown authority" error="no"',
);
const line = fc
  .tuple(failure, fc.array(fc.tuple(fc.nat(200), evil), { minLength: 1, maxLength: 6 }))
  .map(([text, added]) =>
    added.reduce<string>((so, [at, what]) => {
      const place = at % (so.length + 1);
      return so.slice(0, place) + what + so.slice(place);
    }, text),
  );

test("no byte of a log reaches the terminal, the data or the page as more than a character", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(line, fc.string({ unit: "binary", maxLength: 200 })), {
        minLength: 1,
        maxLength: 20,
      }),
      async (lines) => {
        await writeFile(join(folder, "a\u001b[31m.log"), lines.join("\n"));
        const run = (words: readonly string[]) =>
          moorline(["logs", ".", ...words], { workingDirectory: folder });
        await rm(join(folder, "out.html"), { force: true });
        const text = await run([]);
        const data = await run(["-o", "json"]);
        await run(["--html", "out.html"]);
        const page = await readFile(join(folder, "out.html"), "utf8");
        for (const said of [text.out, text.err, data.out, data.err, page]) expect(said).not.toMatch(unsafe);
        expect(page).not.toContain("<script>");
        expect(() => JSON.parse(data.out) as unknown).not.toThrow();
      },
    ),
    { numRuns: 8 },
  );
});

test("a log of one endless line is read in little memory, and what follows it is found", async () => {
  const endless = Buffer.alloc(10 << 20, 0x61);
  await writeFile(
    join(folder, "endless.txt"),
    Buffer.concat([
      endless,
      Buffer.from("\n2026-11-22T19:08:42Z [ERROR] [/a.go:67]: the robot account is expired: robot$ci\n"),
    ]),
  );
  const { out } = await moorline(["logs", "endless.txt", "-o", "json"], { workingDirectory: folder });
  expect(JSON.parse(out)).toMatchObject({ causes: [{ code: "ROBOT_EXPIRED", count: 1 }] });
});
