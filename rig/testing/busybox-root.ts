import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { rigLayout } from "../layout.ts";

/** A root file system with busybox and nothing else, as sshd's ChrootDirectory wants it: owned by root all the way up. */
export async function busyboxRoot(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(rigLayout().home, "busybox-root-"));
  await chmod(path, 0o755);
  for (const folder of ["bin", "usr/bin", "proc", "dev", "tmp"])
    await mkdir(join(path, folder), { recursive: true });
  await copyFile("/bin/busybox", join(path, "bin/busybox"));
  await runCommand(["chroot", path, "/bin/busybox", "--install", "-s", "/bin"]);
  await runCommand(["chroot", path, "/bin/busybox", "--install", "-s", "/usr/bin"]);
  // root's login shell on the machine, which /etc/passwd names.
  await writeFile(join(path, "bin/bash"), '#!/bin/sh\nexec /bin/sh "$@"\n', { mode: 0o755 });
  for (const folder of ["proc", "dev"])
    await runCommand(["mount", "--bind", `/${folder}`, join(path, folder)]);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      // Never remove what is still mounted: it is the machine's own.
      for (const folder of ["proc", "dev"]) await runCommand(["umount", join(path, folder)]);
      await rm(path, { recursive: true, force: true });
    },
  };
}
