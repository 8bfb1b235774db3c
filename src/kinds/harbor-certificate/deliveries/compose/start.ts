import type { HarborCompose } from "../../../../clients/harbor-compose/client.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import type { World } from "../../../world.ts";

/** Containers start within seconds; one that docker starts again and again shows by then. */
const patience = { attempts: 60, pause: 500 };

/**
 * Starts every container and waits until all of them run.
 * @throws HARBOR_COMPOSE_COMMAND_FAILED, HARBOR_COMPOSE_NOT_UP
 */
export async function startAndWait(compose: HarborCompose, world: World, signal: AbortSignal): Promise<void> {
  await compose.up(signal);
  for (let attempt = 1; ; attempt++) {
    const services = await compose.services(signal);
    const down = services.filter((s) => s.state !== "running").map((s) => `${s.name} (${s.state})`);
    if (down.length === 0 && services.length > 0) return;
    if (attempt >= patience.attempts)
      throw new MoorlineError("HARBOR_COMPOSE_NOT_UP", {
        subject: compose.directory,
        parameters: { services: down.join(", ") || "–" },
      });
    await world.clock.sleep(patience.pause, signal);
  }
}
