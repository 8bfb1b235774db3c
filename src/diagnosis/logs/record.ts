import type { Component } from "./component.ts";

export type Level = "debug" | "info" | "warning" | "error";

/** One line, taken apart as far as its format tells. Absent or undefined is what it does not say. */
export interface LogRecord {
  readonly component: Component;
  /** Milliseconds since 1970, UTC. */
  readonly time?: number | undefined;
  readonly level?: Level | undefined;
  /** What was said, without time, level and place. For requests: the request line. */
  readonly message: string;
  readonly requestId?: string | undefined;
  readonly client?: string | undefined;
  readonly userAgent?: string | undefined;
  /** `namespace/name` of the object that an event is about. */
  readonly object?: string | undefined;
  readonly request?: LoggedRequest | undefined;
}

/** A request that was answered. */
export interface LoggedRequest {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly status: number;
  /** Body bytes sent. */
  readonly bytes: number;
  /** Whether the proxy answered by itself, without asking Harbor. */
  readonly byProxyItself: boolean;
}
