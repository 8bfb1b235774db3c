import { MoorlineError } from "../../model/errors.ts";

/** Header names in lower case; repeated headers joined by ", " (RFC 9110 §5.3). */
export type HttpHeaders = Readonly<Record<string, string>>;

/** A whole answer, its body read and bounded. Any status counts as an answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** What was sent as X-Request-Id; the server's log has it too. */
  readonly requestId: string;
  /** Method and URL without query, for error messages. */
  readonly subject: string;
  text(): string;
  /** @throws NETWORK_NOT_JSON */
  json(): unknown;
  bytes(): Buffer;
}

export function flatHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): HttpHeaders {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  return flat;
}

export function responseOf(parts: {
  status: number;
  headers: HttpHeaders;
  requestId: string;
  subject: string;
  body: Buffer;
}): HttpResponse {
  const { status, headers, requestId, subject, body } = parts;
  return {
    status,
    headers,
    requestId,
    subject,
    bytes: () => body,
    text: () => body.toString("utf8"),
    json: () => {
      try {
        return JSON.parse(body.toString("utf8")) as unknown;
      } catch (cause) {
        const contentType = headers["content-type"] ?? "-";
        throw new MoorlineError("NETWORK_NOT_JSON", { subject, parameters: { status, contentType }, cause });
      }
    },
  };
}
