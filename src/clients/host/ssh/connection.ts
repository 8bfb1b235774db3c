import { Client, type AnyAuthMethod, type ClientChannel } from "ssh2";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { MoorlineError } from "../../../model/errors.ts";
import type { Sensitive } from "../../../model/sensitive.ts";
import { dialFailure, dialLimitMs } from "../dial.ts";
import { systemCode } from "../failures.ts";
import { hostKeyAlgorithms, keyTypeOf } from "./host-key.ts";
import { refusalOf, type ExpectedKeys } from "./known-hosts.ts";
import { systemCodeIn } from "./system-error.ts";

export interface SshOptions {
  /** Name or address, and what messages call the machine. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** What the machine may show; anything else is refused before anything is sent. */
  readonly hostKeys: ExpectedKeys;
  readonly identity?: { readonly path: string; readonly key: Sensitive; readonly passphrase?: Sensitive };
  /** Socket of an SSH agent. */
  readonly agent?: string;
  /** Everything is done through `sudo -n`. */
  readonly sudo: boolean;
}

/** Milliseconds for TCP, key exchange and login together. */
const readyMs = 20_000;
/** A machine that says nothing for so long, three times, is gone. */
const keepaliveMs = 10_000;
/** sshd allows ten sessions on a connection (sshd_config(5), MaxSessions); two stay free for ending commands. */
const mostSessions = 8;
/**
 * sshd counts a session until it has reaped its process, a little after both sides have closed the channel, and may be
 * set to fewer: an open that it refuses is tried again for so long.
 */
const firstWaitMs = 20;
const longestWaitMs = 30_000;

/** One SSH connection: opened on first use, opened anew when it was lost, shared by all that is done on the machine. */
export class SshConnection implements AsyncDisposable {
  readonly options: SshOptions;
  /** `user@host:port`, without what is usual. */
  readonly subject: string;
  #client: Promise<Client> | undefined;
  #most = mostSessions;
  /** Sessions that are open or wanted, and of these the open ones. */
  #taken = 0;
  #open = 0;
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  constructor(options: SshOptions) {
    this.options = options;
    this.subject = `${options.host}:${options.port}`;
  }

  /** Opens the connection, if it is not. @throws HOST_SSH_* */
  async open(): Promise<Client> {
    if (this.#closed) throw new MoorlineError("HOST_SSH_UNREACHABLE", this.#details(closedReason));
    const opening = (this.#client ??= this.#connect());
    try {
      return await opening;
    } catch (thrown) {
      if (this.#client === opening) this.#client = undefined;
      throw thrown;
    }
  }

  /** Runs a command line with the login shell; not more than sshd allows at once. */
  async withSession<T>(commandLine: string, use: (channel: ClientChannel) => Promise<T>): Promise<T> {
    while (this.#taken >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken++;
    try {
      const channel = await this.session(commandLine);
      this.#open++;
      try {
        return await use(channel);
      } finally {
        this.#open--;
      }
    } finally {
      this.#taken--;
      this.#waiting.shift()?.();
    }
  }

  /** The same without waiting for a free place. */
  async session(commandLine: string): Promise<ClientChannel> {
    for (let waitMs = firstWaitMs, waited = 0; ; waited += waitMs, waitMs = Math.min(waitMs * 2, 500)) {
      try {
        return await this.#openSession(commandLine);
      } catch (thrown) {
        // Why no connection was made is told already.
        if (thrown instanceof MoorlineError) throw thrown;
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        if (!isOpenRefused(error) || waited >= longestWaitMs)
          throw new MoorlineError("HOST_SSH_UNREACHABLE", this.#details(error.message, error));
      }
      this.#most = Math.max(1, Math.min(this.#most, this.#open));
      await sleep(waitMs);
    }
  }

  async #openSession(commandLine: string): Promise<ClientChannel> {
    const client = await this.open();
    return new Promise((resolve, reject) => {
      client.exec(commandLine, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });
  }

  /** A TCP connection from the machine, as `Host.dial` promises. */
  async dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const subject = `${host}:${port}`;
    if (signal.aborted) throw new MoorlineError("CANCELLED", { subject });
    const client = await this.open();
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (how: () => void): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        signal.removeEventListener("abort", cancel);
        how();
      };
      const timer = setTimeout(() => settle(() => reject(dialFailure(host, port, "ETIMEDOUT"))), dialLimitMs);
      const cancel = (): void => settle(() => reject(new MoorlineError("CANCELLED", { subject })));
      signal.addEventListener("abort", cancel, { once: true });
      client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
        if (error !== undefined) return settle(() => reject(this.#dialError(error, host, port)));
        if (settled) return void channel.destroy();
        settle(() => resolve(channel));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const client = await this.#client?.catch(() => undefined);
    client?.destroy();
  }

  /** RFC 4254 §5.1: 1 is "administratively prohibited", 2 "connect failed" with the system's words. */
  #dialError(error: Error, host: string, port: number): MoorlineError {
    if ((error as { reason?: unknown }).reason === 1)
      return new MoorlineError("HOST_SSH_FORWARDING_REFUSED", {
        subject: `${host}:${port}`,
        parameters: { host: this.options.host },
        cause: error,
      });
    return dialFailure(host, port, systemCodeIn(error.message) ?? error.message, error);
  }

  #connect(): Promise<Client> {
    const { host, port, user, hostKeys } = this.options;
    const client = new Client();
    let refusal: MoorlineError | undefined;
    return new Promise((resolve, reject) => {
      client.on("error", (error: Error & { level?: string }) => {
        reject(refusal ?? this.#connectError(error));
      });
      client.once("ready", () => resolve(client));
      client.once("close", () => {
        this.#client = undefined;
        reject(refusal ?? this.#connectError(new Error("the connection was closed")));
      });
      // Many small messages to and fro: waiting to fill packets costs 40 ms each (RFC 896 with RFC 1122 §4.2.3.2).
      client.once("connect", () => client.setNoDelay(true));
      client.connect({
        host,
        port,
        username: user,
        readyTimeout: readyMs,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: 3,
        algorithms: { serverHostKey: [...hostKeyAlgorithms(hostKeys.good.map(keyTypeOf))] as never[] },
        authHandler: this.#methods() as AnyAuthMethod[],
        hostVerifier: (shown: Buffer) => {
          refusal = refusalOf(shown, hostKeys, this.subject);
          return refusal === undefined;
        },
      });
    });
  }

  #methods(): readonly AnyAuthMethod[] {
    const { user: username, identity, agent } = this.options;
    return [
      ...(identity === undefined
        ? []
        : [
            {
              type: "publickey" as const,
              username,
              key: identity.key.reveal(),
              ...(identity.passphrase !== undefined && { passphrase: identity.passphrase.reveal() }),
            },
          ]),
      ...(agent === undefined ? [] : [{ type: "agent" as const, username, agent }]),
    ];
  }

  #connectError(error: Error & { level?: string }): MoorlineError {
    const { user, agent, identity } = this.options;
    const details = this.#details(systemCode(error) || error.message, error);
    if (error.level === "agent") return new MoorlineError("HOST_SSH_AGENT_UNAVAILABLE", details);
    if (error.level === "client-authentication") {
      const en = [identity && `the key ${identity.path}`, agent && "the keys of the SSH agent"];
      const zh = [identity && `密钥 ${identity.path}`, agent && " SSH 代理中的密钥"];
      const said = { en: en.filter(Boolean).join(" and "), zh: zh.filter(Boolean).join("和") };
      return new MoorlineError("HOST_SSH_LOGIN_REFUSED", { ...details, parameters: { user, tried: said } });
    }
    return new MoorlineError("HOST_SSH_UNREACHABLE", details);
  }

  #details(reason: string, cause?: unknown) {
    return { subject: this.subject, parameters: { reason }, cause };
  }
}

const closedReason = "the connection was closed at the end of the command";

/** RFC 4254 §5.1: sshd answers "connect failed" to one session too many (OpenSSH serverloop.c). */
const isOpenRefused = (error: Error): boolean => (error as { reason?: unknown }).reason === 2;
