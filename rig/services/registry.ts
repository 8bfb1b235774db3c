import { join } from "node:path";
import { stringify } from "yaml";
import { writeAtomically } from "../files.ts";
import { ports, type RigLayout } from "../layout.ts";
import type { Service } from "./service.ts";

/** docker-registry over plain HTTP, without accounts: nginx, in front of it, adds what a test wants. */
export async function registry(layout: RigLayout): Promise<Service> {
  const configuration = join(layout.home, "registry", "config.yaml");
  const content = {
    version: "0.1",
    log: { level: "warn" },
    storage: {
      filesystem: { rootdirectory: join(layout.home, "registry", "data") },
      delete: { enabled: true },
    },
    // Relative, so that uploads go on through whichever listener they began on.
    http: { addr: `127.0.0.1:${ports.registry}`, relativeurls: true },
  };
  await writeAtomically(configuration, stringify(content));
  return {
    name: "docker-registry",
    command: ["docker-registry", "serve", configuration],
    configuration: [configuration],
    ready: async () => {
      const response = await fetch(`http://127.0.0.1:${ports.registry}/v2/`, {
        signal: AbortSignal.timeout(2000),
      });
      await response.arrayBuffer();
      return response.status === 200;
    },
  };
}
