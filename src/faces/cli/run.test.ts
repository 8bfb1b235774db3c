import { describe, expect, test } from "vitest";
import { catalogue } from "./commands/catalogue.ts";
import { moorline } from "./testing/test-io.ts";

describe("the command line", () => {
  test("without words shows the commands and ends well", async () => {
    const { code, out } = await moorline([]);
    expect(code).toBe(0);
    for (const { name } of catalogue) expect(out).toContain(`  ${name}`);
  });

  test("speaks Chinese by the locale and by --lang", async () => {
    expect((await moorline([], { environment: { LANG: "zh_CN.UTF-8" } })).out).toContain(
      "显示将要执行的操作",
    );
    expect((await moorline(["--lang", "zh-CN"])).out).toContain("显示将要执行的操作");
    expect((await moorline(["--lang=en"], { environment: { LANG: "zh_CN.UTF-8" } })).out).toContain(
      "Show what would be done",
    );
  });

  test.each(catalogue.map((c) => [c.name]))(
    "`%s --help` says what it is, its options and its exit codes",
    async (name) => {
      for (const lang of ["en", "zh-CN"]) {
        const { code, out, err } = await moorline([...name.split(" "), "--help", "--lang", lang]);
        expect([code, err]).toEqual([0, ""]);
        expect(out).toContain(`moorline ${name}`);
        expect(out).toContain("--help");
      }
    },
  );

  test("a wrong word gets the near one", async () => {
    expect(await moorline(["aply"])).toEqual({
      code: 1,
      out: "",
      err: "✗ There is no command aply.\n  `moorline --help` lists the commands; did you mean apply. [CLI_UNKNOWN_COMMAND]\n",
    });
  });

  test.each([
    ["pki isue", "en", "There is no command pki isue.", "did you mean pki issue"],
    ["pki isue", "zh-CN", "没有命令 pki isue。", "您是否想用 pki issue"],
    ["pkii issue", "en", "There is no command pkii.", "did you mean pki issue"],
    ["pki nothing-like-it", "en", "There is no command pki nothing-like-it.", "of pki there are pki ca, "],
    ["tls", "en", "moorline tls was not told which servers", "moorline tls harbor.example.com"],
    ["tls a --ca /nowhere/ca.crt", "en", "The CA file /nowhere/ca.crt can not be read", "--ca"],
    ["pki serve-crl /nowhere/ca.crl", "en", "no revocation list at /nowhere/ca.crl", "moorline pki crl"],
    ["pki serve-crl /nowhere/ca.crl", "zh-CN", "/nowhere/ca.crl 处没有吊销列表", "moorline pki crl"],
  ])("`%s` in %s is told what is wrong and what is near", async (words, language, what, hint) => {
    const { code, err } = await moorline([...words.split(" "), "--lang", language]);
    expect(code).toBe(1);
    expect(err).toContain(what);
    expect(err).toContain(hint);
  });

  test("the first word of a group alone lists the group", async () => {
    const { code, out } = await moorline(["node"]);
    expect(code).toBe(1);
    expect(out).toContain("node apply");
    expect(out).not.toContain("preflight");
  });

  test.each([
    [["plan", "--colour"], "CLI_UNKNOWN_OPTION"],
    [["plan", "-f"], "CLI_OPTION_VALUE"],
    [["plan", "--all=yes"], "CLI_OPTION_VALUE"],
    [["plan", "--output", "xml"], "CLI_OPTION_CHOICE"],
    [["plan", "documents/"], "CLI_ARGUMENT_EXTRA"],
    [["plan"], "CLI_NO_INPUT"],
    [["plan", "-f", "/nowhere"], "DOCUMENT_UNREADABLE"],
    [["plan", "-f", "-"], "DOCUMENT_NONE"],
    [["explain", "Harbour"], "DOCUMENT_KIND_UNKNOWN"],
    [["apply", "-f", "-", "--plan", "/nowhere"], "DOCUMENT_NONE"],
  ])("%j is refused with a message that says what to do", async (words, code) => {
    const answer = await moorline(words);
    expect(answer.code).toBe(1);
    expect(answer.out).toBe("");
    expect(answer.err).toContain(`[${code}]`);
    expect(answer.err.trim().split("\n")).toHaveLength(2);
  });

  test("version tells the version, for machines too", async () => {
    expect((await moorline(["version"])).out).toMatch(/^moorline \d+\.\d+\.\d+ \(Node\.js /);
    expect(JSON.parse((await moorline(["version", "-o", "json"])).out)).toHaveProperty("moorline");
  });

  test("explain shows every kind and every field, and a JSON Schema", async () => {
    expect((await moorline(["explain"])).out).toContain("ProjectBinding");
    expect((await moorline(["explain", "pb"])).out).toContain("spec.registry");
    expect(JSON.parse((await moorline(["explain", "-o", "json-schema"])).out)).toHaveProperty("oneOf");
  });

  test.each(["bash", "zsh", "fish"])("completion for %s knows every command", async (shell) => {
    const { out } = await moorline(["completion", shell]);
    for (const { name } of catalogue) expect(out).toContain(name.split(" ").at(-1));
  });
});
