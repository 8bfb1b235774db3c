import type { Message } from "../text/message.ts";

/** Something that ends, as data: what it is, when it ends, and what renews it. Holds no secret. */
export interface DueDate {
  readonly type:
    "server" | "client" | "authority" | "list" | "robot" | "secret" | "served" | "trust" | "document";
  readonly what: Message;
  /** Where it is: a store, a URL, `Secret/demo/harbor`, a node. */
  readonly where: string;
  /** ISO 8601; absent where it never ends (`unknown` absent), or that can not be told. */
  readonly expiresAt?: string;
  /** Since when it is there, ISO 8601; where its age matters of itself. */
  readonly since?: string;
  /** From when it is to be renewed, ISO 8601. */
  readonly dueAt?: string;
  /** Which command, controller or person renews it. */
  readonly renewedBy: Message;
  /** Why its end can not be told. */
  readonly unknown?: Message;
}

/** `overdue`: it has ended, or should have been renewed long ago. */
export type DueState = "overdue" | "due" | "unknown" | "ok";

/** Judges one: overdue once half of the time between due and end has passed without a renewal. Pure. */
export function stateOf({ expiresAt, dueAt, unknown }: DueDate, now: Date): DueState {
  if (unknown !== undefined) return "unknown";
  if (expiresAt === undefined) return "ok";
  const [end, at] = [Date.parse(expiresAt), now.getTime()];
  const due = dueAt === undefined ? end : Date.parse(dueAt);
  if (at >= end || at > (due + end) / 2) return "overdue";
  return at >= due ? "due" : "ok";
}

const day = 86_400_000;

/** Whole days until it ends, negative once it has; undefined where it has no end that is known. */
export const daysLeft = ({ expiresAt }: DueDate, now: Date): number | undefined =>
  expiresAt === undefined ? undefined : Math.floor((Date.parse(expiresAt) - now.getTime()) / day);

/** Whole days that it has been there. */
export const ageDays = ({ since }: DueDate, now: Date): number | undefined =>
  since === undefined ? undefined : Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / day));

/** A moment at a part of a life. */
export const partOf = (begin: string, end: string, part: number): string =>
  new Date(Date.parse(begin) + (Date.parse(end) - Date.parse(begin)) * part).toISOString();
