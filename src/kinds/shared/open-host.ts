import { join, resolve } from "node:path";
import { usableIdentity } from "../../clients/host/ssh/identity.ts";
import {
  keysFor,
  parseKnownHosts,
  pinnedKey,
  type ExpectedKeys,
} from "../../clients/host/ssh/known-hosts.ts";
import { sshHost, type SshHost, type SshOptions } from "../../clients/host/ssh/ssh-host.ts";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { World } from "../world.ts";
import type { HostReference, SshReference } from "./host-reference.ts";

type Here = Pick<World, "documentsHost" | "environment">;

/**
 * Connects to the machine that a reference names, with the keys and known hosts of this machine.
 * @param directory where relative paths in the reference start; `~/` is the home of who runs this
 * @throws HOST_SSH_* for what is wrong with the reference, the way or the login
 */
export async function connectHost({ ssh }: HostReference, directory: string, here: Here): Promise<SshHost> {
  const { host, port, user, sudo } = ssh;
  const at = (path: string): string =>
    path.startsWith("~/") ? join(homeOf(here), path.slice(2)) : resolve(directory, path);
  const identity = await readIdentity(ssh, at, here);
  const opened = sshHost({
    host,
    port,
    user,
    sudo,
    hostKeys: await readHostKeys(ssh, at, here),
    ...(identity !== undefined && { identity }),
    ...(ssh.agent && { agent: agentOf(ssh, here) }),
  });
  try {
    await opened.open();
  } catch (thrown) {
    await opened[Symbol.asyncDispose]();
    throw thrown;
  }
  return opened;
}

const homeOf = ({ environment }: Here): string => environment("HOME") ?? "/root";

function agentOf({ host, port }: SshReference, { environment }: Here): string {
  const socket = environment("SSH_AUTH_SOCK");
  if (socket !== undefined && socket !== "") return socket;
  const reason = { en: "SSH_AUTH_SOCK is not set", zh: "未设置 SSH_AUTH_SOCK" };
  throw new MoorlineError("HOST_SSH_AGENT_UNAVAILABLE", {
    subject: `${host}:${port}`,
    parameters: { reason },
  });
}

async function readHostKeys(
  { host, port, hostKey, knownHosts }: SshReference,
  at: (path: string) => string,
  { documentsHost }: Here,
): Promise<ExpectedKeys> {
  if (hostKey !== undefined) return pinnedKey(hostKey, "hostKey");
  const path = at(knownHosts ?? "~/.ssh/known_hosts");
  const text = (await documentsHost.readFile(path))?.bytes.toString("utf8") ?? "";
  return keysFor(host, port, parseKnownHosts(text, path), path);
}

async function readIdentity(
  { identityFile, identityPassphrase }: SshReference,
  at: (path: string) => string,
  { documentsHost, environment }: Here,
): Promise<SshOptions["identity"]> {
  if (identityFile === undefined) return undefined;
  const path = at(identityFile);
  const text = async (of: string): Promise<string | undefined> =>
    (await documentsHost.readFile(of, 64 * 1024))?.bytes.toString("utf8");
  const key = await text(path);
  if (key === undefined) {
    const reason = { en: "there is no such file", zh: "文件不存在" };
    throw new MoorlineError("HOST_SSH_IDENTITY_UNREADABLE", { subject: path, parameters: { reason } });
  }
  const { environment: variable, file } = identityPassphrase ?? {};
  const said = variable === undefined ? file && (await text(at(file))) : environment(variable);
  const passphrase = said ? new Sensitive(said.replace(/\r?\n$/, "")) : undefined;
  return { path, ...usableIdentity(new Sensitive(key), passphrase, path) };
}
