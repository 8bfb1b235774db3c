import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documentSet } from "../model/document-set.ts";
import { parseDocuments } from "../model/parse.ts";
import { kinds } from "./registry.ts";

const examples = join(import.meta.dirname, "../../examples");
const folders = readdirSync(examples, { withFileTypes: true }).flatMap((e) =>
  e.isDirectory() ? [e.name] : [],
);
const schemas = kinds.map((kind) => kind.schema);

test.each(folders)("everything in examples/%s holds together, as `-f` with the folder reads it", (folder) => {
  const directory = join(examples, folder);
  const sources = readdirSync(directory)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ name, directory, text: readFileSync(join(directory, name), "utf8") }));
  const { documents, errors } = parseDocuments(sources, schemas);
  expect(documents.length).toBeGreaterThan(0);
  expect([...errors, ...documentSet(documents, schemas).errors].map((e) => e.message)).toEqual([]);
});
