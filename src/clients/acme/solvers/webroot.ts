import { join } from "node:path/posix";
import { isError, MoorlineError } from "../../../model/errors.ts";
import type { Host } from "../../host/host.ts";
import type { Solver } from "../solver.ts";
import { challengePath } from "./listener.ts";

/**
 * Answers http-01 challenges through a web server that is there: a file in its folder, on this machine or another.
 * @param directory the folder that it serves; it must exist
 */
export function webrootSolver(host: Host, directory: string): Solver {
  const folder = join(directory, challengePath);
  const at = (token: string): string => join(folder, token);
  return {
    type: "http-01",
    present: async ({ token, keyAuthorization }) => {
      if ((await host.stat(directory))?.type !== "directory")
        throw new MoorlineError("ACME_WEBROOT_MISSING", { subject: `${host.name}:${directory}` });
      await host.makeDirectory(folder, 0o755);
      // The web server reads it as another user; what it holds is public.
      await host.writeFile(at(token), keyAuthorization, { mode: 0o644 });
    },
    cleanUp: async ({ token }) => {
      await host.remove(at(token));
      for (const above of [folder, join(directory, ".well-known")])
        if ((await host.list(above))?.length === 0)
          await host.remove(above).catch((thrown: unknown) => {
            // Somebody put a file there meanwhile, which is theirs.
            if (!isError(thrown, "HOST_DIRECTORY_NOT_EMPTY")) throw thrown;
          });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
