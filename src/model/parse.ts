import { isMap, isNode, isPair, LineCounter, parseAllDocuments, type Document as YamlDocument } from "yaml";
import { z } from "zod";
import { MoorlineError } from "./errors.ts";
import { nameOf, type Document, type Source } from "./document.ts";
import { apiVersion, type KindSchema } from "./kind-schema.ts";
import { issueText } from "./issue-text.ts";

/** A text that may hold documents. */
export interface TextInput {
  readonly name: string;
  readonly directory: string;
  readonly text: string;
}

/** Bounds against YAML bombs and megabyte fields. Sizes in characters. */
const limits = { text: 1024 * 1024, field: 64 * 1024, aliases: 50, documents: 1000 } as const;

const name = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "is not a name: lower-case letters, digits, '-' and '.' only, as DNS has it (RFC 1123) | 不是有效名称：只能包含小写字母、数字、“-”和“.”（RFC 1123）",
  );

const envelope = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name,
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.unknown().optional(),
  // What a cluster adds to an object; a document exported from one is still a document.
  status: z.unknown().optional(),
});

/** The documents of the inputs, and everything that is wrong with them, at once. */
export interface Parsed {
  readonly documents: readonly Document[];
  readonly errors: readonly MoorlineError[];
}

/**
 * Reads documents of Moorline's kinds from YAML texts.
 * Objects of other API groups are passed over: a folder may hold plain manifests too.
 * @param schemas the kinds that may stand there
 */
export function parseDocuments(inputs: readonly TextInput[], schemas: readonly KindSchema[]): Parsed {
  const documents: Document[] = [];
  const errors: MoorlineError[] = [];
  const seen = new Map<string, Source>();
  for (const input of inputs) {
    for (const outcome of parseText(input, schemas)) {
      if (outcome instanceof MoorlineError) {
        errors.push(outcome);
        continue;
      }
      const other = seen.get(nameOf(outcome));
      if (other !== undefined) {
        errors.push(duplicate(outcome, other));
        continue;
      }
      seen.set(nameOf(outcome), outcome.source);
      documents.push(outcome);
    }
  }
  return { documents, errors };
}

const place = (source: Pick<Source, "name" | "line" | "column">): string =>
  `${source.name}:${source.line}:${source.column}`;

function duplicate(document: Document, other: Source): MoorlineError {
  return new MoorlineError("DOCUMENT_DUPLICATE", {
    subject: place(document.source),
    parameters: { name: nameOf(document), other: place(other) },
  });
}

function parseText(input: TextInput, schemas: readonly KindSchema[]): (Document | MoorlineError)[] {
  if (input.text.length > limits.text)
    return [
      new MoorlineError("DOCUMENT_TOO_LARGE", {
        subject: input.name,
        parameters: { limit: `${limits.text / 1024} KiB` },
      }),
    ];
  const lines = new LineCounter();
  const parsed = parseAllDocuments(input.text, { lineCounter: lines, uniqueKeys: true });
  if (!Array.isArray(parsed)) return [];
  if (parsed.length > limits.documents)
    return [
      new MoorlineError("DOCUMENT_TOO_LARGE", {
        subject: input.name,
        parameters: { limit: `${limits.documents} documents` },
      }),
    ];
  return parsed.flatMap((yaml) => parseYaml(yaml, input, lines, schemas));
}

function parseYaml(
  yaml: YamlDocument.Parsed,
  input: TextInput,
  lines: LineCounter,
  schemas: readonly KindSchema[],
): (Document | MoorlineError)[] {
  const at = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { name: input.name, line, column: col, directory: input.directory };
  };
  const syntax = (reason: string, offset: number): MoorlineError =>
    new MoorlineError("DOCUMENT_SYNTAX", { subject: place(at(offset)), parameters: { reason } });
  if (yaml.errors.length > 0)
    return yaml.errors.map((e) =>
      syntax(e.message.split("\n")[0]?.replace(/ at line \d+.*/, "") ?? "", e.pos[0]),
    );
  if (yaml.contents === null) return [];
  const start = yaml.contents.range[0];
  let value: unknown;
  try {
    value = yaml.toJS({ maxAliasCount: limits.aliases });
  } catch (thrown) {
    return [syntax(thrown instanceof Error ? thrown.message : String(thrown), start)];
  }
  if (!belongsToUs(value)) return [];
  const field = (issue: z.core.$ZodIssue, base: readonly PropertyKey[], kind: string): MoorlineError => {
    const path = [...base, ...issue.path];
    return new MoorlineError("DOCUMENT_FIELD", {
      subject: place(at(offsetOf(yaml, path, issue) ?? start)),
      parameters: { field: path.map(String).join(".") || "document", reason: issueText(issue), kind },
    });
  };
  const outer = envelope.safeParse(value, { reportInput: true });
  if (!outer.success) return outer.error.issues.map((issue) => field(issue, [], "document"));
  const schema = schemas.find((s) => s.kind === outer.data.kind && outer.data.apiVersion === apiVersion);
  if (schema === undefined)
    return [
      new MoorlineError("DOCUMENT_KIND_UNKNOWN", {
        subject: place(at(start)),
        parameters: {
          kind: outer.data.kind,
          apiVersion: outer.data.apiVersion,
          known: schemas.map((s) => s.kind).join(", "),
        },
      }),
    ];
  const long = longField(outer.data.spec, ["spec"]);
  if (long !== undefined)
    return [
      new MoorlineError("DOCUMENT_FIELD", {
        subject: place(at(offsetOf(yaml, long) ?? start)),
        parameters: {
          field: long.join("."),
          kind: schema.kind,
          reason: { en: `is longer than ${limits.field / 1024} KiB`, zh: `超过 ${limits.field / 1024} KiB` },
        },
      }),
    ];
  const spec = schema.spec.safeParse(outer.data.spec ?? {}, { reportInput: true });
  if (!spec.success) return flat(spec.error.issues).map((issue) => field(issue, ["spec"], schema.kind));
  return [
    {
      apiVersion,
      kind: schema.kind,
      metadata: {
        name: outer.data.metadata.name,
        labels: outer.data.metadata.labels ?? {},
        annotations: outer.data.metadata.annotations ?? {},
      },
      spec: spec.data,
      source: at(start),
    },
  ];
}

/** Of a union whose forms all fail, the issues of the form that came closest say more than "fits none". */
function flat(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
    const depth = (form: readonly z.core.$ZodIssue[]): number =>
      Math.max(0, ...form.map((i) => i.path.length));
    const unknownKeys = (form: readonly z.core.$ZodIssue[]): number =>
      form.filter((i) => i.code === "unrecognized_keys").length;
    const [best, next] = issue.errors.toSorted(
      (a, b) => unknownKeys(a) - unknownKeys(b) || depth(b) - depth(a),
    );
    if (best === undefined) return [issue];
    const clear = next === undefined || depth(best) > depth(next) || unknownKeys(best) < unknownKeys(next);
    return clear ? flat(best.map((i) => ({ ...i, path: [...issue.path, ...i.path] }))) : [issue];
  });
}

function belongsToUs(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("apiVersion" in value)) return true;
  const group = value.apiVersion;
  return typeof group !== "string" || group.startsWith("moorline.io/") || group === "moorline.io";
}

/** The path of the first string that is longer than a field may be. */
function longField(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] | undefined {
  if (typeof value === "string") return value.length > limits.field ? path : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = longField(inner, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The place of a field, or of the nearest thing around it that is there. */
function offsetOf(
  yaml: YamlDocument.Parsed,
  path: readonly PropertyKey[],
  issue?: z.core.$ZodIssue,
): number | undefined {
  if (issue?.code === "unrecognized_keys") {
    const map: unknown = yaml.getIn(path, true);
    const key = issue.keys[0];
    if (isMap(map)) {
      const pair = map.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === key);
      if (pair !== undefined && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
  }
  for (let length = path.length; length > 0; length--) {
    const node: unknown = yaml.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}
