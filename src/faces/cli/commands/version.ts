import type { Command } from "../command.ts";
import { outputOption } from "../options.ts";
import { programVersion, versionLine } from "../version-line.ts";

export const version: Command = {
  name: "version",
  summary: { en: "Print the version.", zh: "显示版本。" },
  options: [outputOption],
  run: async ({ io, option }) => {
    const { versions, platform, arch } = process;
    const facts = { moorline: programVersion(), node: versions.node, platform: `${platform}/${arch}` };
    io.out(option("output") === "json" ? `${JSON.stringify(facts)}\n` : versionLine());
    return 0;
  },
};
