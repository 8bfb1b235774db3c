import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Tables } from "./records.ts";

type TableName = keyof Tables;
type NewRow<T extends TableName> = Omit<Tables[T], "id">;

interface Line {
  readonly t: string;
  readonly k: number;
  /** Absent where the row was removed. */
  readonly v?: object;
}

/** Marks a line that tells how far a table's ids had counted. */
const counter = "#";

/**
 * The sandbox's state: rows in memory, and every change appended to `state.jsonl` before the call returns, so that a
 * process killed at any moment continues where it was. The file is rewritten, atomically, each time it is opened.
 */
export class Store {
  readonly #path: string;
  readonly #tables = new Map<string, Map<number, object>>();
  readonly #counters = new Map<string, number>();
  readonly #robots = new Map<string, Set<number>>();

  /** @param directory an existing folder */
  constructor(directory: string) {
    this.#path = join(directory, "state.jsonl");
    this.#load();
    this.#compact();
  }

  all<T extends TableName>(table: T): readonly Tables[T][] {
    return [...this.#rows(table).values()];
  }

  find<T extends TableName>(table: T, test: (row: Tables[T]) => boolean): Tables[T] | undefined {
    for (const row of this.#rows(table).values()) if (test(row)) return row;
    return undefined;
  }

  filter<T extends TableName>(table: T, test: (row: Tables[T]) => boolean): readonly Tables[T][] {
    return this.all(table).filter(test);
  }

  /** Robots of this name, the configured prefix left off; every pull looks for one, so they are not searched through. */
  robotsNamed(name: string): readonly Tables["robots"][] {
    return [...(this.#robots.get(name) ?? [])].flatMap((id) => this.get("robots", id) ?? []);
  }

  get<T extends TableName>(table: T, id: number): Tables[T] | undefined {
    return this.#rows(table).get(id);
  }

  insert<T extends TableName>(table: T, row: NewRow<T>): Tables[T] {
    const id = (this.#counters.get(table) ?? 0) + 1;
    const made = { ...row, id } as unknown as Tables[T];
    this.#write(table, id, made);
    return made;
  }

  /** Changes some members of a row that exists; a row gone meanwhile stays gone. */
  update<T extends TableName>(table: T, id: number, change: Partial<NewRow<T>>): Tables[T] | undefined {
    const row = this.get(table, id);
    if (row === undefined) return undefined;
    const made = { ...row, ...change };
    this.#write(table, id, made);
    return made;
  }

  remove(table: TableName, id: number): void {
    if (this.get(table, id) === undefined) return;
    this.#append({ t: table, k: id });
    this.#take({ t: table, k: id });
  }

  removeWhere<T extends TableName>(table: T, test: (row: Tables[T]) => boolean): void {
    for (const row of this.filter(table, test)) this.remove(table, row.id);
  }

  #rows<T extends TableName>(table: T): Map<number, Tables[T]> {
    let rows = this.#tables.get(table);
    if (rows === undefined) this.#tables.set(table, (rows = new Map()));
    return rows as Map<number, Tables[T]>;
  }

  #write(table: TableName, id: number, row: object): void {
    this.#append({ t: table, k: id, v: row });
    this.#take({ t: table, k: id, v: row });
  }

  #append(line: Line): void {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  #take(line: Line): void {
    if (line.t === counter) {
      const { table } = line.v as { table: string };
      this.#counters.set(table, Math.max(this.#counters.get(table) ?? 0, line.k));
      return;
    }
    this.#counters.set(line.t, Math.max(this.#counters.get(line.t) ?? 0, line.k));
    const rows: Map<number, object> = this.#rows(line.t as TableName);
    if (line.t === "robots") this.#index(line.k, line.v as Tables["robots"] | undefined);
    if (line.v === undefined) rows.delete(line.k);
    else rows.set(line.k, line.v);
  }

  #index(id: number, robot: Tables["robots"] | undefined): void {
    const before = this.get("robots", id)?.name;
    if (before !== undefined) this.#robots.get(before)?.delete(id);
    if (robot === undefined) return;
    const named = this.#robots.get(robot.name) ?? new Set();
    this.#robots.set(robot.name, named.add(id));
  }

  #load(): void {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    const lines = text.split("\n");
    // What follows the last newline is a line that a kill cut short: its request was never answered.
    lines.pop();
    for (const line of lines) this.#take(JSON.parse(line) as Line);
  }

  #compact(): void {
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, "w", 0o600);
    for (const [table, last] of this.#counters) {
      writeSync(file, `${JSON.stringify({ t: counter, k: last, v: { table } })}\n`);
    }
    for (const [table, rows] of this.#tables) {
      for (const [id, row] of rows) writeSync(file, `${JSON.stringify({ t: table, k: id, v: row })}\n`);
    }
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, this.#path);
  }
}
