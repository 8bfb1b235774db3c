import type { z } from "zod";
import type { Bilingual } from "../text/language.ts";
import type { Reference } from "./document.ts";

export const apiGroup = "moorline.io";
export const apiVersion = `${apiGroup}/v1alpha1`;

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "date" | "boolean";
  readonly jsonPath: string;
}

/**
 * A kind as a schema: types, validation, JSON Schema, CRD and reference page all come from this one value.
 * Fields carry their descriptions through {@link described}.
 */
export interface KindSchema<S = unknown> {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly description: Bilingual;
  readonly spec: z.ZodType<S>;
  readonly columns: readonly PrinterColumn[];
  /** The documents that must be true before this one can be. */
  references(spec: S): readonly Reference[];
}

/** Gives a field its description in both languages. */
export function described<T extends z.ZodType>(schema: T, en: string, zh: string): T {
  return schema.meta({ description: en, zh });
}
