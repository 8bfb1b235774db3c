import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moorline } from "../testing/test-io.ts";

const expired =
  '2026-11-22T19:08:42Z [ERROR] [/a.go:67][requestID="r1"]: the robot account is expired: robot$ci\n';
const refused =
  'E1122 19:40:04.5   28920 remote_image.go:113] PullImage "h.example/a/b:1" from image service failed: 401 Unauthorized\n';
const normal = '10.1.2.3 - "GET /v2/ HTTP/1.1" 401 76 "-" "node" 0.004 0.004 .\n';

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-logs-"));
  await mkdir(join(folder, "harbor"));
  await writeFile(join(folder, "harbor", "core.log"), normal + expired);
  await writeFile(join(folder, "harbor", "core.log.1.gz"), gzipSync(expired + expired));
  await writeFile(join(folder, "kubelet.log.zst"), zstdCompressSync(Buffer.from(refused)));
  await writeFile(join(folder, "cut.gz"), gzipSync(expired.repeat(100)).subarray(0, 40));
  await writeFile(join(folder, "cut.zst"), zstdCompressSync(Buffer.from(expired)).subarray(0, 40));
  await writeFile(join(folder, "fine.log"), normal);
});
afterAll(() => rm(folder, { recursive: true }));

interface Report {
  readonly sources: number;
  readonly causes: readonly { readonly code: string; readonly count: number; readonly first?: string }[];
}
const json = async (...words: string[]): Promise<Report> =>
  JSON.parse((await moorline(["logs", ...words, "-o", "json"], { workingDirectory: folder })).out) as Report;

describe("moorline logs", () => {
  test("reads folders and files, plain and packed, and groups their failures", async () => {
    const report = await json("harbor", "kubelet.log.zst");
    expect(report.sources).toBe(3);
    expect(report.causes.map((c) => [c.code, c.count])).toEqual([
      ["ROBOT_EXPIRED", 3],
      ["PULL_REFUSED", 1],
    ]);
    expect(report.causes[0]?.first).toBe("2026-11-22T19:08:42.000Z");
  });

  test("reads patterns and standard input", async () => {
    expect((await json("harbor/*.gz")).causes.map((c) => c.count)).toEqual([2]);
    const answer = await moorline(["logs", "-", "-o", "json"], { workingDirectory: folder, stdin: refused });
    expect((JSON.parse(answer.out) as Report).causes.map((c) => c.code)).toEqual(["PULL_REFUSED"]);
  });

  test("says what to do, in both languages, and ends with 2 where something failed", async () => {
    const english = await moorline(["logs", "harbor"], { workingDirectory: folder });
    expect(english.code).toBe(2);
    expect(english.out).toContain("A robot account has expired [ROBOT_EXPIRED] × 3");
    expect(english.out).toContain("robots robot$ci (3)");
    const chinese = await moorline(["logs", "harbor", "--lang", "zh-CN"], { workingDirectory: folder });
    expect(chinese.out).toContain("机器人账户已过期");
  });

  test("says so where nothing failed, and ends with 0", async () => {
    const answer = await moorline(["logs", "fine.log"], { workingDirectory: folder });
    expect(answer).toMatchObject({ code: 0, err: "" });
    expect(answer.out).toContain("No failure in");
  });

  test("leaves out what is older than --since", async () => {
    expect((await json("harbor", "--since", "2026-11-22T19:08:43Z")).causes).toEqual([]);
    expect((await json("harbor", "--since", "2026-11-22T19:08:42Z")).causes).toHaveLength(1);
  });

  test.each([
    [["none.log"], "LOGS_NOT_FOUND"],
    [["none-*.log"], "LOGS_NOT_FOUND"],
    [[], "CLI_ARGUMENT_MISSING"],
    [["cut.gz"], "LOGS_UNREADABLE"],
    [["cut.zst"], "LOGS_UNREADABLE"],
    [["fine.log", "--since", "yesterday"], "LOGS_SINCE"],
    [["--on", "harbor.example.com"], "LOGS_ON"],
    [["--on", "ssh://me:secret@harbor.example.com"], "LOGS_ON"],
    [["harbor", "--follow"], "LOGS_FOLLOW"],
  ])("refuses %j with %s, and shows no half report", async (words, code) => {
    const answer = await moorline(["logs", ...words], { workingDirectory: folder });
    expect(answer.code).toBe(1);
    expect(answer.err).toContain(code);
    expect(answer.out).toBe("");
  });

  test("no escape sequence of a log reaches the terminal, and none of its markup the page", async () => {
    const evil = `2026-11-22T19:08:42Z [ERROR] [/a.go:67]: the robot account is expired: robot$\u001b[2J<script>\u202e\u009b1m\n`;
    await writeFile(join(folder, "evil.log"), evil);
    const answer = await moorline(["logs", "evil.log", "--html", "out.html", "-o", "text"], {
      workingDirectory: folder,
    });
    const page = await readFile(join(folder, "out.html"), "utf8");
    for (const text of [answer.out, answer.err, page])
      // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(page).not.toContain("<script>");
    expect(page).toContain("&#60;script&#62;");
  });
});
