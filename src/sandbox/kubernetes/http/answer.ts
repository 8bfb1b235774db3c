import type { ServerResponse } from "node:http";
import type { JsonObject } from "../json.ts";
import { ApiError, internalError } from "../status.ts";

export function sendJson(response: ServerResponse, code: number, body: JsonObject): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    "cache-control": "no-cache, private",
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

export function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, {
    "cache-control": "no-cache, private",
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

/** Answers with what went wrong; anything that is no ApiError is the server's own fault, 500. */
export function sendError(response: ServerResponse, thrown: unknown): void {
  const error =
    thrown instanceof ApiError
      ? thrown
      : internalError(thrown instanceof Error ? thrown.message : "internal error");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const seconds = error.details?.retryAfterSeconds;
  if (seconds !== undefined) response.setHeader("retry-after", String(seconds));
  sendJson(response, error.code, error.toStatus());
}
