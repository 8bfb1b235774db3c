import { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import type { CommandResult } from "../host/host.ts";

/** One container of Harbor's. */
export interface ComposeService {
  /** As docker-compose.yml names it: `proxy`, `core`, `log`. */
  readonly name: string;
  readonly container: string;
  /** docker's own word: `running`, `restarting`, `exited`, `created`, `paused`, `dead`. */
  readonly state: string;
  /** Absent where the image has no health check. */
  readonly health?: string;
  /** How often docker has started it again by itself. */
  readonly restarts: number;
  /** Folders and files of the machine that the container may write to, by their place in it. */
  readonly writable: Readonly<Record<string, string>>;
}

/** What `docker inspect --format` is asked for: nothing of a container's environment, which holds passwords.
 * `.ID` is the field's name in docker's own type; for `.Id` it would read its JSON, where a health that is missing is an error. */
export const inspectFormat =
  '{"id":{{json .ID}},"service":{{json (index .Config.Labels "com.docker.compose.service")}},' +
  '"state":{{json .State.Status}},"restarts":{{json .RestartCount}},"mounts":{{json .Mounts}}' +
  '{{with .State.Health}},"health":{{json .Status}}{{end}}}';

const inspected = z.object({
  id: z.string(),
  service: z.string().default(""),
  state: z.string(),
  restarts: z.number().default(0),
  mounts: z
    .array(
      z.object({ Source: z.string().default(""), Destination: z.string(), RW: z.boolean().default(false) }),
    )
    .nullish(),
  health: z.string().optional(),
});

/** @throws HARBOR_COMPOSE_COMMAND_FAILED where docker answers something else */
export function readInspected({ stdout, stderr }: CommandResult, subject: string): readonly ComposeService[] {
  return stdout
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const parsed = inspected.safeParse(safeJson(line));
      if (!parsed.success)
        throw new MoorlineError("HARBOR_COMPOSE_COMMAND_FAILED", {
          subject,
          parameters: { command: "docker inspect", exitCode: 0, reason: `${line} ${stderr}`.slice(0, 200) },
        });
      const { id, service, state, health, restarts, mounts } = parsed.data;
      const written = (mounts ?? []).filter((mount) => mount.RW);
      return {
        name: service,
        container: id,
        state,
        restarts,
        writable: Object.fromEntries(written.map((m) => [m.Destination, m.Source])),
        ...(health !== undefined && { health }),
      };
    });
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // the schema refuses it, with the line in the error
  }
}
