import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { kindOf } from "../../../engine/plan.ts";
import type { RenderedFile } from "../../../engine/kind.ts";
import { kinds } from "../../../kinds/registry.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { message, render as words } from "../../../text/message.ts";
import type { Command } from "../command.ts";
import { clusterOptions, inputOption } from "../options.ts";
import { openSession } from "../session.ts";

export const render: Command = {
  name: "render",
  summary: { en: "Write plain manifests and files for GitOps.", zh: "为 GitOps 生成普通清单与文件。" },
  description: {
    en: "Reads the world and writes what can stand in a repository: manifests for Kubernetes, files for nodes, Helm values. Touches nothing else, and never writes a key or a credential.",
    zh: "读取当前状态并写出可放入代码仓库的内容：Kubernetes 清单、节点文件、Helm values。不触碰其他任何东西，也绝不写出密钥或凭据。",
  },
  options: [
    inputOption,
    {
      name: "directory",
      short: "d",
      value: "PATH",
      description: {
        en: "Write files below this folder; without it, print them.",
        zh: "将文件写入该目录；省略则输出到标准输出。",
      },
    },
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline render -f examples/quickstart/ -d gitops/",
      explanation: { en: "One file a manifest.", zh: "每个清单一个文件。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    await using session = await openSession(invocation);
    const files: RenderedFile[] = [];
    for (const document of session.documents)
      files.push(...((await kindOf(kinds, document).render?.(document, session.world, io.stopping)) ?? []));
    const directory = invocation.option("directory");
    if (directory === undefined) io.out(files.map((f) => `# ${f.path}\n${f.text}`).join("---\n"));
    else {
      const root = resolve(io.workingDirectory, directory);
      for (const file of files) writeBelow(root, file);
      io.out(`${words(message("cli.rendered", { count: files.length, path: directory }), language)}\n`);
    }
    return 0;
  },
};

function writeBelow(root: string, file: RenderedFile): void {
  const path = join(root, normalize(file.path));
  if (!path.startsWith(`${root}/`))
    throw new MoorlineError("INTERNAL", {
      subject: file.path,
      parameters: { reason: "a rendered file leaves its folder" },
    });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.text);
}
