// Writes everything that is generated from the schemas: CRDs, the JSON Schema for editors, reference pages.
// `--check` writes nothing and fails where a file differs from what the schemas say.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { chart } from "../src/faces/install/chart.ts";
import { kinds } from "../src/kinds/registry.ts";
import { customResourceDefinition } from "../src/model/generate/crd.ts";
import { allKindsJsonSchema } from "../src/model/generate/json-schema.ts";
import { referencePage } from "../src/model/generate/reference.ts";

const root = join(import.meta.dirname, "..");
const schemas = kinds.map((k) => k.schema);

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

const files = new Map<string, string>([
  ["schemas/moorline.schema.json", `${JSON.stringify(allKindsJsonSchema(schemas), null, 2)}\n`],
  ...schemas.map((s): [string, string] => [
    `deploy/crds/${s.plural}.yaml`,
    stringify(customResourceDefinition(s), { lineWidth: 0, aliasDuplicateObjects: false }),
  ]),
  ...[...chart(version)].map(([path, text]): [string, string] => [`deploy/chart/moorline/${path}`, text]),
  ...schemas.flatMap((s): [string, string][] => [
    [`docs/reference/${s.kind}.md`, referencePage(s, "en")],
    [`docs/reference/${s.kind}.zh-CN.md`, referencePage(s, "zh-CN")],
  ]),
]);

const check = process.argv.includes("--check");
const current = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not there yet
  }
};
const stale = [...files].filter(([path, text]) => current(join(root, path)) !== text);
if (!check)
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
for (const [path] of stale) console.log(`${check ? "differs" : "wrote"} ${path}`);
console.log(
  `${files.size} generated files, ${stale.length} ${check ? "differ; run `npm run generate`" : "written"}`,
);
process.exitCode = check && stale.length > 0 ? 1 : 0;
