import { readFileSync } from "node:fs";

/** Set by the bundler; running from sources, package.json says it. */
declare const MOORLINE_VERSION: string | undefined;

/** The version of this program. */
export function programVersion(): string {
  if (typeof MOORLINE_VERSION === "string") return MOORLINE_VERSION;
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  );
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "0.0.0";
}

/** What `moorline version` prints. Needs nothing else of this program. */
export function versionLine(): string {
  return `moorline ${programVersion()} (Node.js ${process.versions.node}, ${process.platform}/${process.arch})\n`;
}
