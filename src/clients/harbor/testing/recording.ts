import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";

const exchange = z.object({
  id: z.string(),
  request: z.object({
    as: z.string(),
    method: z.string(),
    path: z.string(),
    json: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }),
  response: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    body: z.unknown(),
  }),
});
export type Exchange = z.infer<typeof exchange>;

/** What a real Harbor answered, by exchange id. Fails where the recordings are not there: skipping would prove nothing. */
export function readRecording(version: string): ReadonlyMap<string, Exchange> {
  const root = resolve(import.meta.dirname, "../../../..");
  const file = join(
    resolve(root, process.env.MOORLINE_SHARED ?? "../shared"),
    `contracts/harbor/${version}.jsonl`,
  );
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(
      `The recorded answers of Harbor are not at ${file}; set MOORLINE_SHARED to their folder.`,
      { cause },
    );
  }
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => exchange.parse(JSON.parse(line))).map((e) => [e.id, e]));
}

const samples: Readonly<Record<string, unknown>> = {
  "<int>": 7,
  "<unix>": 1_797_966_229,
  "<time>": "2026-11-22T10:00:00.000Z",
};

/** Puts sample values where a recording has placeholders; numbers where the placeholder stands for a number. */
export function filled(value: unknown, base: string): unknown {
  if (typeof value === "string") {
    if (value in samples) return samples[value];
    return value
      .replaceAll("<base>", base)
      .replaceAll("<host>", new URL(base).host)
      .replaceAll("<int>", "7")
      .replaceAll(/<(\w+)>/g, "$1-sample");
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, base));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) =>
        // The one number that Harbor writes as a string, among a project's metadata.
        k === "retention_id" ? [k, "7"] : [k, filled(v, base)],
      ),
    );
  }
  return value;
}
