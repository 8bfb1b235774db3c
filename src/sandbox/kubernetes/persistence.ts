import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { MoorlineError } from "../../model/errors.ts";
import { isObject, stringAt, type Json, type JsonObject } from "./json.ts";
import { nameOf, namespaceOf, type ApiObject } from "./object.ts";
import type { Store, StoreEvent } from "./store.ts";

const mostLogLines = 20_000;

/**
 * Keeps a store in a folder: a snapshot, replaced by rename, and a log of the changes since, one JSON object a line. A line
 * that a crash cut short is the last one and is dropped. Files are for their owner alone, since they hold Secrets.
 */
export class Persistence {
  readonly #snapshot: string;
  readonly #log: string;
  #lines = 0;
  #store: Store | undefined;

  constructor(directory: string) {
    this.#snapshot = join(directory, "kubernetes.json");
    this.#log = join(directory, "kubernetes.log");
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(directory, error);
    }
  }

  /** Puts what was kept into an empty store. @returns false where nothing was kept */
  load(store: Store): boolean {
    this.#store = store;
    if (!existsSync(this.#snapshot) && !existsSync(this.#log)) return false;
    const objects = new Map<string, readonly [string, ApiObject]>();
    let revision = 1;
    for (const line of this.#read()) {
      const resource = stringAt(line, "resource");
      revision = Math.max(revision, Number(line["revision"] ?? 1));
      const object = line["object"];
      if (resource === undefined || !isObject(object)) continue;
      const id = `${resource}/${namespaceOf(object)}/${nameOf(object)}`;
      if (line["type"] === "DELETED") objects.delete(id);
      else objects.set(id, [resource, object]);
    }
    store.restore(revision, objects.values());
    this.#compact();
    return true;
  }

  /** Notes a change; called before anybody hears of it. */
  record(event: StoreEvent): void {
    const { type, resource, revision, object } = event;
    const kept =
      type === "DELETED" ? { metadata: { name: nameOf(object), namespace: namespaceOf(object) } } : object;
    try {
      appendFileSync(this.#log, `${JSON.stringify({ type, resource, revision, object: kept })}\n`, {
        mode: 0o600,
      });
    } catch (error) {
      throw unusable(this.#log, error);
    }
    this.#lines += 1;
    // The store does not hold this change yet; the snapshot is made after it does.
    if (this.#lines === mostLogLines) setImmediate(() => this.#compact());
  }

  #read(): readonly JsonObject[] {
    return [this.#snapshot, this.#log].filter(existsSync).flatMap((file) => readLines(file));
  }

  #compact(): void {
    const store = this.#store;
    if (store === undefined) return;
    const lines = [JSON.stringify({ revision: store.revision })];
    for (const [resource, object] of store.entries()) {
      lines.push(JSON.stringify({ type: "ADDED", resource, revision: store.revision, object }));
    }
    writeWhole(this.#snapshot, `${lines.join("\n")}\n`);
    writeWhole(this.#log, "");
    this.#lines = 0;
  }
}

function readLines(file: string): readonly JsonObject[] {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.flatMap((line, index) => {
    try {
      const value = JSON.parse(line) as Json;
      return isObject(value) ? [value] : [];
    } catch (error) {
      if (index === lines.length - 1) return [];
      throw unusable(file, error);
    }
  });
}

function writeWhole(file: string, text: string): void {
  const temporary = `${file}.new`;
  const handle = openSync(temporary, "w", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

function unusable(path: string, error: unknown): MoorlineError {
  const reason = error instanceof Error ? error.message : String(error);
  return new MoorlineError("SANDBOX_DATA_UNUSABLE", { subject: path, parameters: { reason }, cause: error });
}
