import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { goSyntaxError } from "./go-json.ts";
import { HarborProblem, unprocessable } from "./problem.ts";

/** Harbor's API reads no body near this; what is larger is not meant for it. */
const apiBodyLimit = 1 << 20;

/** @param limit bytes @throws HarborProblem 413 when there is more */
export async function readBytes(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new HarborProblem(413, "REQUEST_ENTITY_TOO_LARGE", "request entity too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads a JSON body as go-swagger does, with its words for what does not fit.
 * @param name the body's name in Harbor's API description: `project`
 * @param struct the Go type it is read into: `ProjectReq`
 */
export async function readBody<T>(
  incoming: IncomingMessage,
  name: string,
  struct: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const text = (await readBytes(incoming, apiBodyLimit)).toString("utf8");
  if (text.trim() === "") throw unprocessable(`${name} in body is required`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unprocessable(`parsing ${name} body from "" failed, because ${goSyntaxError(text)}`);
  }
  const parsed = schema.safeParse(withoutNulls(value));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  const field = path.filter((step) => !/^\d+$/.test(step)).join(".");
  const received = path.reduce((at: unknown, step) => (at as Record<string, unknown>)?.[step], value);
  const target = goType(issue?.code === "invalid_type" ? issue.expected : "value");
  throw unprocessable(
    `parsing ${name} body from "" failed, because json: cannot unmarshal ${jsonType(received)} into Go struct field ${struct}.${field} of type ${target}`,
  );
}

/** Go leaves a member as it is when the text says null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function goType(expected: string): string {
  const names: Readonly<Record<string, string>> = { number: "int64", int: "int64", boolean: "bool" };
  return names[expected] ?? expected;
}
