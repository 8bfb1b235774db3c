import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { localHost } from "../../../clients/host/local.ts";
import type { SshHost } from "../../../clients/host/ssh/ssh-host.ts";
import { hostReference } from "../../../kinds/shared/host-reference.ts";
import { MoorlineError } from "../../../model/errors.ts";
import type { Io } from "../command.ts";

/** Keys that OpenSSH tries by itself (ssh_config(5), IdentityFile), as far as they are usual. */
const usualKeys = ["id_ed25519", "id_ecdsa", "id_rsa"];

export interface SshLogin {
  /** A private key; otherwise the SSH agent's keys, or the first of the usual ones. */
  readonly identity: string | undefined;
  readonly sudo: boolean;
}

/**
 * Connects to `ssh://[user@]host[:port]`; its key must stand in ~/.ssh/known_hosts.
 * @throws LOGS_ON for what is no such address, HOST_SSH_*
 */
export async function connectTo(address: string, login: SshLogin, io: Io): Promise<SshHost> {
  const ssh = addressOf(address);
  const home = io.environment["HOME"] ?? "/root";
  const keys = usualKeys.map((name) => join(home, ".ssh", name));
  const hasAgent = (io.environment["SSH_AUTH_SOCK"] ?? "") !== "";
  const identityFile =
    login.identity === undefined
      ? hasAgent
        ? undefined
        : await firstThere(keys)
      : resolve(io.workingDirectory, login.identity);
  const parsed = hostReference.safeParse({
    ssh: {
      ...ssh,
      sudo: login.sudo,
      ...(identityFile === undefined ? { agent: true } : { identityFile }),
    },
  });
  if (!parsed.success) throw new MoorlineError("LOGS_ON", { subject: address });
  // The SSH library takes longer to load than most commands run.
  const { connectHost } = await import("../../../kinds/shared/open-host.ts");
  return connectHost(parsed.data, io.workingDirectory, {
    documentsHost: localHost(),
    environment: (name) => io.environment[name],
  });
}

function addressOf(address: string): {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
} {
  const found = /^ssh:\/\/(?:([^@/:]+)@)?(\[[0-9a-fA-F:]+\]|[^@/:[\]]+)(?::(\d{1,5}))?\/?$/.exec(address);
  // A password in it is not repeated.
  if (found === null) throw new MoorlineError("LOGS_ON", { subject: address.replace(/\/\/.*@/, "//***@") });
  const [, user, host = "", port] = found;
  return {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port: Number(port) }),
  };
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
