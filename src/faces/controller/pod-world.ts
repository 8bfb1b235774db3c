import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Host } from "../../clients/host/host.ts";
import type { World } from "../../kinds/world.ts";
import { MoorlineError } from "../../model/errors.ts";

/**
 * The world as a document in the cluster may see it. The pod's own files and environment are none of its business: who may
 * write a document must not thereby read the controller's token.
 */
export function podWorld(world: World, client: KubernetesClient): World {
  return {
    ...world,
    // Connections are the pod's own, as those to Harbor are: the way through a proxy's pods is proved by them.
    host: { ...noHost, dial: world.host.dial },
    documentsHost: noHost,
    environment: (name) => {
      throw new MoorlineError("CONTROLLER_NO_ENVIRONMENT", { subject: `$${name}` });
    },
    // SSH keys and known hosts are files too; a document names no other place for them.
    openHost: ({ ssh }) => refuse(`${ssh.user}@${ssh.host}`),
    kubernetes: () => Promise.resolve(client),
  };
}

const refuse = (path: string): Promise<never> =>
  Promise.reject(new MoorlineError("CONTROLLER_NO_FILES", { subject: path }));

const noHost: Host = {
  name: "the controller's pod",
  readFile: refuse,
  stat: refuse,
  list: refuse,
  writeFile: refuse,
  overwriteInPlace: refuse,
  remove: refuse,
  makeDirectory: refuse,
  run: ([command]) => refuse(command),
  dial: (host, port) => refuse(`${host}:${port}`),
};
