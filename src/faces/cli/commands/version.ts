import { readFileSync } from "node:fs";
import type { Command } from "../command.ts";
import { outputOption } from "../options.ts";

/** Set by the bundler; running from sources, package.json says it. */
declare const MOORLINE_VERSION: string | undefined;

/** The version of this program. */
export function programVersion(): string {
  if (typeof MOORLINE_VERSION === "string") return MOORLINE_VERSION;
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../../../../package.json", import.meta.url), "utf8"),
  );
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "0.0.0";
}

export const version: Command = {
  name: "version",
  summary: { en: "Print the version.", zh: "显示版本。" },
  options: [outputOption],
  run: async ({ io, option }) => {
    const facts = {
      moorline: programVersion(),
      node: process.versions.node,
      platform: `${process.platform}/${process.arch}`,
    };
    if (option("output") === "json") io.out(`${JSON.stringify(facts)}\n`);
    else io.out(`moorline ${facts.moorline} (Node.js ${facts.node}, ${facts.platform})\n`);
    return 0;
  },
};
