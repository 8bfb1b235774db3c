import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch } from "undici";
import { Sensitive } from "../../../model/sensitive.ts";
import { createAuthority, type Authority } from "../../../pki/authority.ts";
import { issueServer } from "../../../pki/leaf.ts";
import type { Clock } from "../clock.ts";
import { startHarbor, type Harbor, type HarborOptions } from "../harbor.ts";
import type { HarborTls } from "../tls.ts";

export const adminPassword = "Harbor12345";

/** A clock that stands still but for the waits, which cost nothing. */
export function movableClock(
  start = Date.UTC(2026, 10, 22),
): Clock & { advance(milliseconds: number): void } {
  let at = start;
  return {
    now: () => at,
    sleep: (milliseconds) => {
      at += milliseconds;
      return Promise.resolve();
    },
    advance: (milliseconds) => {
      at += milliseconds;
    },
  };
}

export async function testAuthority(): Promise<Authority> {
  return createAuthority({ commonName: "Test CA", keyType: "ECDSA_P256", validityDays: 30, now: new Date() });
}

export async function serverTls(authority: Authority): Promise<HarborTls> {
  const options = {
    keyType: "ECDSA_P256",
    validityDays: 7,
    now: new Date(),
    dnsNames: ["localhost"],
  } as const;
  const leaf = await issueServer(authority, { ...options, ipAddresses: ["127.0.0.1"] });
  return { certificatePem: leaf.chainPem, privateKeyPem: leaf.privateKeyPem };
}

export interface TestHarbor extends AsyncDisposable {
  readonly harbor: Harbor;
  readonly directory: string;
  readonly clock: ReturnType<typeof movableClock>;
  /** Stops it and starts it again in the same folder, at another port. */
  restart(): Promise<Harbor>;
}

/** A Harbor in a folder of its own, over plain HTTP unless TLS is given. */
export async function testHarbor(options: Partial<HarborOptions> = {}): Promise<TestHarbor> {
  const directory = await mkdtemp(join(tmpdir(), "moorline-harbor-"));
  const clock = movableClock();
  const start = (): Promise<Harbor> =>
    startHarbor({ directory, port: 0, adminPassword: new Sensitive(adminPassword), clock, ...options });
  let harbor = await start();
  return {
    get harbor() {
      return harbor;
    },
    directory,
    clock,
    async restart() {
      await harbor[Symbol.asyncDispose]();
      harbor = await start();
      return harbor;
    },
    async [Symbol.asyncDispose]() {
      await harbor[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type Answer = Awaited<ReturnType<typeof fetch>>;

export interface Ask {
  readonly method?: string;
  /** `user:password` */
  readonly as?: string;
  readonly json?: unknown;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

const admin = `admin:${adminPassword}`;

/** Asks one Harbor, as an administrator unless told otherwise. */
export function client(
  harbor: Pick<Harbor, "url">,
  caPem?: string,
): (path: string, ask?: Ask) => Promise<Answer> {
  const dispatcher = new Agent(caPem === undefined ? {} : { connect: { ca: caPem } });
  return (path, ask = {}) => {
    const as = ask.as ?? admin;
    return fetch(path.startsWith("http") ? path : harbor.url + path, {
      method: ask.method ?? "GET",
      headers: {
        ...(as === "" ? {} : { authorization: `Basic ${Buffer.from(as).toString("base64")}` }),
        ...(ask.json === undefined ? {} : { "content-type": "application/json" }),
        ...ask.headers,
      },
      body: ask.json === undefined ? (ask.body ?? null) : JSON.stringify(ask.json),
      duplex: "half",
      redirect: "manual",
      dispatcher,
    });
  };
}
