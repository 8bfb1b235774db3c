import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The port that the quickstart's documents name. */
export const quickstartPort = 8443;

/** Where the package is: sources and bundle lie at different depths below it. */
function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/**
 * Copies the quickstart into a folder where its user may edit it, with the port that Harbor really has.
 * What is there already stays as it is.
 * @returns the folder
 */
export function copyQuickstart(into: string, port: number): string {
  const from = join(packageRoot(), "examples/quickstart");
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(from)) {
    const to = join(into, name);
    if (existsSync(to)) continue;
    writeFileSync(to, readFileSync(join(from, name), "utf8").replaceAll(`:${quickstartPort}`, `:${port}`));
  }
  return into;
}
