import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";

const exchange = z.object({
  id: z.string(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    json: z.record(z.string(), z.unknown()).optional(),
  }),
  response: z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
});

export type Exchange = z.infer<typeof exchange>;

/** The recorded exchanges of one contract file. @throws where the shared folder is not there */
export async function readContract(file: string): Promise<readonly Exchange[]> {
  const path = join(resolve(process.env["MOORLINE_SHARED"] ?? "../shared"), "contracts", file);
  const text = await readFile(path, "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => exchange.parse(JSON.parse(line)));
}

/** The values that stand in a live run where the recording has its own. */
export interface Live {
  readonly host: string;
  readonly robotName: string;
  readonly secret: string;
  /** The `.dockerconfigjson` of the Secret that is in the cluster, in base64. */
  readonly stored: string;
}

// The recording's robot and its Secret, wherever they are not written as placeholders.
const recordedAuth = "cm9ib3QkdGVhbS1iK2tzOkJpSFZQMWpucGJONDBDZ3Q4ZXp0eUFsSmlFNmwxZ3A3";
const recordedConfig = /eyJhdXRocyI6eyJodHRwczovL2hhcmJvci5sb2NhbHRlc3Q6Mjg0NDMi[A-Za-z0-9+/=]+/g;

export function asLive<T>(value: T, live: Live): T {
  const text = JSON.stringify(value)
    .replaceAll(recordedConfig, live.stored)
    .replaceAll(recordedAuth, Buffer.from(`${live.robotName}:${live.secret}`).toString("base64"))
    .replaceAll("<host>", live.host)
    .replaceAll("<secret>", live.secret);
  return JSON.parse(text) as T;
}

/** The body that was sent: the Secret with its decoded configuration put in place. */
export function requestBody(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { decoded, ...rest } = json;
  if (decoded === undefined) return rest;
  return { ...rest, data: { ".dockerconfigjson": Buffer.from(JSON.stringify(decoded)).toString("base64") } };
}

const shapes: Readonly<Record<string, RegExp>> = {
  "<time>": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
};

/** How an answer differs from what was recorded, in words; empty where it does not. */
export function differences(expected: unknown, actual: unknown, at: string): readonly string[] {
  if (typeof expected === "string") return textDifference(expected, actual, at);
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null) {
    return expected === actual
      ? []
      : [`${at}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }
  const [left, right] = [expected as Record<string, unknown>, actual as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => differences(left[key], right[key], `${at}.${key}`));
}

// Server-made values that the recording shows as they were.
const ofTheServer = /\.(uid|resourceVersion)$/;

function textDifference(expected: string, actual: unknown, at: string): readonly string[] {
  const wrong = [`${at}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  if (typeof actual !== "string") return wrong;
  if (ofTheServer.test(at) || shapes[expected]?.test(actual) === true) return [];
  const pattern = expected
    .split("<dns>")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`))
    .join(String.raw`[\w.:[\]]+`);
  return new RegExp(`^${pattern}$`).test(actual) ? [] : wrong;
}
