import type { HttpBindings } from "@hono/node-server";
import type { Hono, Context } from "hono";
import type { Clock } from "./clock.ts";
import { timestamp } from "./clock.ts";
import { defaultSettings } from "./settings.ts";
import type { BlobStore } from "./registry/blob-store.ts";
import type { Store } from "./store.ts";
import type { TokenIssuer } from "./token.ts";
import { behaves, type Difference } from "./versions.ts";
import type { Caller } from "./caller.ts";

/** Everything a handler works with. */
export interface Site {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly tokens: TokenIssuer;
  readonly clock: Clock;
  readonly version: string;
  /** Harbor's external_url, without a slash at its end. */
  readonly externalUrl: () => string;
  /** Where a registry's address is reached; the address itself unless a test or a demo says otherwise. */
  readonly resolve: (url: string) => string;
  /** Until when each account is locked after a failed login, in milliseconds since 1970. */
  readonly locks: Map<string, number>;
}

export interface HarborEnv {
  Bindings: HttpBindings;
  Variables: { caller: Caller };
}

export type Routes = Hono<HarborEnv>;
export type Call = Context<HarborEnv>;

export const now = (site: Site): string => timestamp(site.clock);
export const has = (site: Site, difference: Difference): boolean => behaves(site.version, difference);

/** The value of a configuration key: what was set, else Harbor's default. */
export function setting(site: Site, key: string): unknown {
  return site.store.get("settings", 1)?.values[key] ?? defaultSettings[key];
}

/** The value of a key that holds a number; the API refuses any other type. */
export const numberSetting = (site: Site, key: string): number => Number(setting(site, key));

/** The value of a key that holds a string. */
export const stringSetting = (site: Site, key: string): string => setting(site, key) as string;

/** The address the caller used: the scheme of external_url with the request's Host (facts/harbor.md §4). */
export function baseOf(site: Site, c: Call): string {
  const external = new URL(site.externalUrl());
  return `${external.protocol}//${c.req.header("host") ?? external.host}`;
}

export const urlOf = (c: Call): URL => new URL(c.req.url);

/** 200 or 201 with nothing in it. */
export function empty(status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers: { "content-length": "0", ...headers } });
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

export const created = (location: string): Response => empty(201, { location });

/** Adds a record to the audit log. */
export function audit(
  site: Site,
  record: { projectId: number; operation: string; resource: string; resourceType: string; username: string },
): void {
  site.store.insert("audit", { ...record, time: now(site) });
}
