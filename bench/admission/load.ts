import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";

/** One server under load. */
export interface Target {
  readonly url: string;
  readonly ca: string;
  readonly path: string;
  readonly body: string;
}

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds from the moment at which a request was sent. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Anything but a 200 that allows. */
  readonly errors: number;
}

async function one(pool: Pool, { path, body }: Target): Promise<boolean> {
  try {
    const headers = { "content-type": "application/json" };
    const answer = await pool.request({ method: "POST", path, body, headers });
    const text = await answer.body.text();
    return answer.statusCode === 200 && text.includes('"allowed":true');
  } catch {
    // A broken connection is an error like any other; it is counted.
    return false;
  }
}

const open = ({ url, ca }: Target, connections: number): Pool =>
  new Pool(url, { connections, pipelining: 1, connect: { ca } });

/** Sends at a fixed rate, whether or not answers come (open loop). */
export async function atRate(target: Target, rate: number, seconds: number): Promise<Measured> {
  await using pool = disposable(open(target, 16));
  const taken: number[] = [];
  let errors = 0;
  const pending: Promise<void>[] = [];
  const send = async (): Promise<void> => {
    const sent = performance.now();
    const fine = await one(pool.pool, target);
    taken.push(performance.now() - sent);
    if (!fine) errors += 1;
  };
  const started = performance.now();
  for (let due = 0; due < rate * seconds;) {
    const wanted = Math.min(rate * seconds, Math.floor(((performance.now() - started) / 1000) * rate) + 1);
    for (; due < wanted; due++) pending.push(send());
    await sleep(1);
  }
  await Promise.all(pending);
  return measured(taken, errors, performance.now() - started);
}

/** Each connection sends its next request when it has its answer (closed loop). */
export async function atConnections(target: Target, connections: number, seconds: number): Promise<Measured> {
  await using pool = disposable(open(target, connections));
  const taken: number[] = [];
  let errors = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const sent = performance.now();
        const fine = await one(pool.pool, target);
        taken.push(performance.now() - sent);
        if (!fine) errors += 1;
      }
    }),
  );
  return measured(taken, errors, performance.now() - started);
}

function measured(taken: number[], errors: number, milliseconds: number): Measured {
  taken.sort((a, b) => a - b);
  const at = (part: number): number =>
    taken[Math.min(taken.length - 1, Math.floor(taken.length * part))] ?? 0;
  return {
    perSecond: (taken.length / milliseconds) * 1000,
    p50: at(0.5),
    p99: at(0.99),
    worst: taken.at(-1) ?? 0,
    errors,
  };
}

const disposable = (pool: Pool): AsyncDisposable & { readonly pool: Pool } => ({
  pool,
  [Symbol.asyncDispose]: () => pool.close(),
});
