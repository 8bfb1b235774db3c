import { MoorlineError } from "../../model/errors.ts";
import { runCommand } from "./commands.ts";
import type { Host } from "./host.ts";
import { localHost } from "./local.ts";

export interface MountedHostOptions {
  /** Where the machine's root is mounted. */
  readonly root: string;
  readonly name: string;
  /** The program that changes the root: coreutils' `chroot`. */
  readonly chroot?: string;
}

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** What chroot(1) answers itself: it could not change the root, or not start the command. */
const notChanged = 125;
const reasons: Readonly<Record<number, string>> = { 126: "EACCES", 127: "ENOENT" };

/**
 * The machine below a mounted root, from a container that shares its network: files are its files, commands its own
 * programs with its own libraries, started below its root. Keeps every promise of {@link Host}.
 */
export function mountedHost({ root, name, chroot = "/usr/sbin/chroot" }: MountedHostOptions): Host {
  return {
    ...localHost({ root, name }),
    run: async (argv, options) => {
      const environment = {
        PATH: usualPath,
        // systemctl(1) declines to speak with PID 1 where it takes its root for somebody else's.
        SYSTEMD_IGNORE_CHROOT: "1",
        LC_ALL: "C",
        ...options.environment,
      };
      const result = await runCommand([chroot, root, ...argv], { ...options, environment });
      const [command] = argv;
      if (!result.stderr.startsWith(`${chroot}: `)) return result;
      const reason = reasons[result.exitCode];
      if (reason !== undefined)
        throw new MoorlineError("HOST_COMMAND_NOT_FOUND", {
          subject: command,
          parameters: { command, reason },
        });
      if (result.exitCode === notChanged) {
        const parameters = { command, reason: result.stderr.trim().slice(0, 300) };
        throw new MoorlineError("HOST_COMMAND_NOT_STARTED", { subject: command, parameters });
      }
      return result;
    },
  };
}
