import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { MoorlineError, MoorlineErrors } from "../../model/errors.ts";
import { parseDocuments, type TextInput } from "../../model/parse.ts";
import type { Document } from "../../model/document.ts";
import { kinds } from "../../kinds/registry.ts";
import type { Invocation, Io } from "./command.ts";

/** Files that one input may bring, and the size of each in bytes; larger ones are mistakes or attacks. */
const limits = { files: 1000, bytes: 1024 * 1024 } as const;

/**
 * Reads the documents that `-f` names.
 * @throws MoorlineErrors all errors of all files, each with file, line and column
 */
export async function readDocuments(invocation: Invocation): Promise<readonly Document[]> {
  const paths = invocation.options("filename");
  if (paths.length === 0) throw new MoorlineError("CLI_NO_INPUT", { subject: "moorline" });
  return readDocumentsAt(paths, invocation.io);
}

/**
 * Reads the documents of files and folders.
 * @throws MoorlineErrors all errors of all files, each with file, line and column
 */
export async function readDocumentsAt(paths: readonly string[], io: Io): Promise<readonly Document[]> {
  const inputs: TextInput[] = [];
  for (const path of paths) inputs.push(...(await readInput(path, io)));
  const { documents, errors } = parseDocuments(
    inputs,
    kinds.map((k) => k.schema),
  );
  if (errors.length > 0) throw new MoorlineErrors(errors);
  if (documents.length === 0) throw new MoorlineError("DOCUMENT_NONE", { subject: paths.join(", ") });
  return documents;
}

async function readInput(path: string, io: Io): Promise<TextInput[]> {
  if (path === "-") return [{ name: "<stdin>", directory: io.workingDirectory, text: await readStdin(io) }];
  const absolute = resolve(io.workingDirectory, path);
  return filesOf(absolute, path).map(({ shown, file }) => ({
    name: shown,
    directory: dirname(file),
    text: readText(file, shown),
  }));
}

function filesOf(absolute: string, shown: string): { shown: string; file: string }[] {
  try {
    if (!statSync(absolute).isDirectory()) return [{ shown, file: absolute }];
    const names = readdirSync(absolute)
      .filter((name) => /\.ya?ml$/.test(name) && !lstatSync(join(absolute, name)).isDirectory())
      .sort();
    if (names.length > limits.files)
      throw new MoorlineError("DOCUMENT_TOO_LARGE", {
        subject: shown,
        parameters: { limit: `${limits.files} files` },
      });
    return names.map((name) => ({ shown: join(shown, name), file: join(absolute, name) }));
  } catch (thrown) {
    throw unreadable(shown, thrown);
  }
}

function readText(file: string, shown: string): string {
  try {
    if (statSync(file).size > limits.bytes)
      throw new MoorlineError("DOCUMENT_TOO_LARGE", {
        subject: shown,
        parameters: { limit: `${limits.bytes / 1024} KiB` },
      });
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw unreadable(shown, thrown);
  }
}

async function readStdin(io: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of io.stdin) {
    size += chunk.length;
    if (size > limits.bytes)
      throw new MoorlineError("DOCUMENT_TOO_LARGE", {
        subject: "<stdin>",
        parameters: { limit: `${limits.bytes / 1024} KiB` },
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function unreadable(shown: string, thrown: unknown): MoorlineError {
  if (thrown instanceof MoorlineError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
  const reasons: Record<string, { en: string; zh: string }> = {
    ENOENT: { en: "it does not exist", zh: "文件不存在" },
    EACCES: { en: "permission denied", zh: "权限不足" },
    EISDIR: { en: "it is a folder", zh: "这是一个目录" },
  };
  return new MoorlineError("DOCUMENT_UNREADABLE", {
    subject: shown,
    parameters: { reason: reasons[code] ?? code },
    cause: thrown,
  });
}
