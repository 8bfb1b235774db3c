import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ApiError, badRequest, tooLarge } from "../status.ts";

const mostBytes = 3 * 1024 * 1024;

/** The body of a request, which kube-apiserver bounds at 3 MiB. @throws ApiError 413 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw tooLarge(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The media type without its parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

const objectTypes = new Set([
  "",
  "application/json",
  "application/yaml",
  "application/x-www-form-urlencoded",
]);

/** An object in JSON or YAML, as POST and PUT bring it. @throws ApiError 400, 415 */
export function readObject(text: string, type: string, kind: string): JsonObject {
  if (!objectTypes.has(type)) {
    throw new ApiError(
      415,
      "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    );
  }
  const value = type === "application/yaml" ? readYaml(text) : readJson(text, kind);
  if (!isObject(value))
    throw unreadable(kind, "json parse error: json: cannot unmarshal into Go value of type struct", text);
  return value;
}

function readJson(text: string, kind: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw unreadable(kind, `json parse error: ${error instanceof Error ? error.message : "invalid"}`, text);
  }
}

function unreadable(kind: string, why: string, text: string): ApiError {
  const what = `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind`;
  return badRequest(`${what}; ${why} (${text.slice(0, 16)})`);
}

/** YAML, with aliases bounded. @throws ApiError 400 */
export function readYaml(text: string): Json {
  try {
    return parse(text, { maxAliasCount: 100 }) as Json;
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : "invalid"}`);
  }
}

/** Any JSON, as patches bring it. @throws ApiError 400 */
export function readPatch(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : "invalid"}`);
  }
}
