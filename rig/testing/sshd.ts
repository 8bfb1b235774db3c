import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand, tryCommand } from "../command.ts";

/** A user of this machine for as long as a test takes; nobody else's rights are touched. */
const rigUser = "moorline-rig";
const sudoers = `/etc/sudoers.d/${rigUser}`;

export interface RigSshd extends AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  /** A private key that may log in, as root and as the user. */
  readonly identityFile: string;
  readonly hostKeyFile: string;
  /** The machine's line in known_hosts, unhashed. */
  readonly knownHosts: string;
  readonly user: string;
  /** Lets the user work as root through sudo without a password, or no more. */
  allowSudo(allowed: boolean): Promise<void>;
  /** Ends every session that is open. */
  cut(): Promise<void>;
  log(): Promise<string>;
}

/** Debian's sshd on a free port, with keys of its own. @param settings more lines of sshd_config */
export async function startSshd(settings = ""): Promise<RigSshd> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-sshd-"));
  await runCommand(["chmod", "755", folder]); // sshd reads authorized_keys as the user who logs in
  const [hostKeyFile, identityFile] = [join(folder, "host_key"), join(folder, "id")];
  for (const file of [hostKeyFile, identityFile])
    await runCommand(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "rig", "-f", file]);
  await writeFile(join(folder, "authorized_keys"), await readFile(`${identityFile}.pub`), { mode: 0o644 });
  const port = await freePort();
  await writeFile(join(folder, "sshd_config"), configOf(folder, port, settings));
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const config = join(folder, "sshd_config");
  const child = spawn("/usr/sbin/sshd", ["-D", "-f", config, "-E", join(folder, "log")], { stdio: "ignore" });
  await accepting(port);
  const publicKey = (await readFile(`${hostKeyFile}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
  return {
    port,
    folder,
    identityFile,
    hostKeyFile,
    knownHosts: `[127.0.0.1]:${port} ${publicKey}\n`,
    user: rigUser,
    allowSudo: async (allowed) => {
      if (allowed) await writeFile(sudoers, `${rigUser} ALL=(root) NOPASSWD: /bin/sh\n`, { mode: 0o440 });
      else await rm(sudoers, { force: true });
    },
    // Its children carry the sessions.
    cut: async () => void (await tryCommand(["/usr/bin/pkill", "-KILL", "-P", String(child.pid)])),
    log: () => readFile(join(folder, "log"), "utf8"),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the user; what a run that was killed left of it goes first. */
export async function addUser(): Promise<AsyncDisposable> {
  await removeUser();
  await runCommand(["useradd", "--system", "--shell", "/bin/sh", "--password", "*", rigUser]);
  return { [Symbol.asyncDispose]: removeUser };
}

async function removeUser(): Promise<void> {
  await rm(sudoers, { force: true });
  if ((await tryCommand(["id", rigUser])).status === 0) await tryCommand(["userdel", "--force", rigUser]);
}

const configOf = (folder: string, port: number, settings: string): string => `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${join(folder, "host_key")}
AuthorizedKeysFile ${join(folder, "authorized_keys")}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
${settings}
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function accepting(port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    if (attempt > 100) throw new Error("sshd does not accept connections");
    await sleep(50);
  }
}
