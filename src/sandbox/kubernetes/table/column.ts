import type { Json } from "../json.ts";
import type { ApiObject } from "../object.ts";

/** A column of the tables that kubectl asks the server for. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  cell(object: ApiObject, now: Date): Json;
}
