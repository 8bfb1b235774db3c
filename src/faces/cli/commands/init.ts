import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MoorlineError, MoorlineErrors } from "../../../model/errors.ts";
import { parseDocuments } from "../../../model/parse.ts";
import { kinds } from "../../../kinds/registry.ts";
import { message, render } from "../../../text/message.ts";
import type { Command, Invocation } from "../command.ts";
import { firstDocuments, type FirstAnswers } from "../first-documents.ts";

export const init: Command = {
  name: "init",
  summary: { en: "Write a first set of documents.", zh: "生成第一份文档。" },
  description: {
    en: "Asks four questions, or takes the answers as options, and writes documents that say little and mean what a careful expert would choose. Overwrites nothing.",
    zh: "提出四个问题（或从选项中读取答案），写出简短的文档，其余均采用谨慎专家会选择的默认值。不会覆盖任何文件。",
  },
  options: [
    {
      name: "directory",
      short: "d",
      value: "PATH",
      default: "moorline",
      description: { en: "Where to write.", zh: "写入目录。" },
    },
    {
      name: "harbor",
      value: "URL",
      description: { en: "Harbor's address: https://host[:port].", zh: "Harbor 地址：https://主机[:端口]。" },
    },
    {
      name: "ca",
      value: "PATH",
      description: {
        en: "CA that signed Harbor's certificate; without it, Moorline makes one.",
        zh: "签发 Harbor 证书的 CA；省略则由 Moorline 新建。",
      },
    },
    {
      name: "workspace",
      value: "NAME",
      description: { en: "KubeSphere workspace to bind.", zh: "要绑定的 KubeSphere 企业空间。" },
    },
    {
      name: "project",
      value: "NAME",
      description: { en: "Harbor project to pull from.", zh: "拉取镜像的 Harbor 项目。" },
    },
  ],
  examples: [
    {
      command: "moorline init --harbor https://harbor.example.com --workspace shop --project shop",
      explanation: { en: "Without questions.", zh: "不提问直接生成。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const answers = await answersOf(invocation);
    const shown = invocation.option("directory") ?? "moorline";
    const directory = resolve(io.workingDirectory, shown);
    const files = firstDocuments(answers);
    // What init writes must be what plan reads: the same checks, before anything is written.
    const { errors } = parseDocuments(
      files.map((f) => ({ ...f, directory })),
      kinds.map((k) => k.schema),
    );
    if (errors.length > 0) throw new MoorlineErrors(errors);
    const taken = files.find((f) => existsSync(join(directory, f.name)));
    if (taken !== undefined) throw new MoorlineError("CLI_FILE_EXISTS", { subject: join(shown, taken.name) });
    mkdirSync(directory, { recursive: true });
    for (const file of files) {
      writeFileSync(join(directory, file.name), file.text, { flag: "wx" });
      io.out(`${render(message("cli.initWritten", { path: join(shown, file.name) }), language)}\n`);
    }
    io.out(`${render(message("cli.initNext", { path: shown }), language)}\n`);
    return 0;
  },
};

async function answersOf(invocation: Invocation): Promise<FirstAnswers> {
  const given = (name: string): string | undefined => invocation.option(name);
  const harbor =
    given("harbor") ?? (await ask(invocation, message("cli.askHarbor"), "https://harbor.example.com"));
  const interactive = given("harbor") === undefined;
  const ca = given("ca") ?? (interactive ? await ask(invocation, message("cli.askCa"), "") : "");
  const workspace = given("workspace") ?? (await ask(invocation, message("cli.askWorkspace"), "demo"));
  const project = given("project") ?? (await ask(invocation, message("cli.askProject"), workspace));
  return { harbor, workspace, project, ...(ca === "" ? {} : { ca }) };
}

async function ask(
  invocation: Invocation,
  question: ReturnType<typeof message>,
  initial: string,
): Promise<string> {
  const { io, language } = invocation;
  if (!io.interactive || io.stdin.isTTY !== true)
    throw new MoorlineError("CLI_NOT_A_TERMINAL", {
      subject: "moorline init",
      parameters: { options: "--harbor, --workspace, --project" },
    });
  const { text, isCancel } = await import("@clack/prompts");
  const answer = await text({ message: render(question, language), initialValue: initial });
  if (isCancel(answer)) throw new MoorlineError("CANCELLED", { subject: "moorline init" });
  return answer.trim();
}
