import { createKubernetesClient } from "../../../clients/kubernetes/client.ts";
import { loadKubeconfig } from "../../../clients/kubernetes/kubeconfig.ts";
import type { LogSource } from "../../../diagnosis/logs/analysis.ts";
import { MoorlineError } from "../../../model/errors.ts";
import type { Invocation } from "../command.ts";
import { eventSource, podSources } from "./cluster.ts";
import { followFiles } from "./follow.ts";
import { remoteSources, type RemoteOptions } from "./remote.ts";
import { logSources } from "./sources.ts";
import { connectTo } from "./ssh-address.ts";

/** Logs that come over the network, read at a time. */
const remoteAtOnce = 8;
/** Logs that are followed, each over a stream of its own. */
const mostFollowed = 64;

export interface OpenSources extends AsyncDisposable {
  readonly sources: readonly LogSource[];
  readonly atOnce: number;
}

/**
 * Everything that a command line names as logs, with the connections to it. Files of this machine alone are read one
 * after the other.
 * @throws CLI_ARGUMENT_MISSING where nothing is named; LOGS_*, HOST_*, KUBE*
 */
export async function openSources(invocation: Invocation, since: number | undefined): Promise<OpenSources> {
  const { io } = invocation;
  const words = invocation.arguments;
  const [hosts, pods, events] = ["on", "pods", "events"].map((name) => invocation.options(name)) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  if (words.length + hosts.length + pods.length + events.length === 0)
    throw new MoorlineError("CLI_ARGUMENT_MISSING", {
      subject: "moorline logs",
      parameters: { argument: "FILE", command: "logs" },
    });
  const follow = invocation.flag("follow");
  const options: RemoteOptions = { since, follow, signal: io.stopping };
  const stack = new AsyncDisposableStack();
  try {
    const sources: LogSource[] = [];
    if (hosts.length === 0) {
      const files = await logSources(words, io);
      sources.push(...(follow ? followFiles(files, io) : files));
    }
    const login = { identity: invocation.option("identity"), sudo: invocation.flag("sudo") };
    for (const address of hosts) {
      const host = stack.use(await connectTo(address, login, io));
      sources.push(...(await remoteSources(host, words, options)));
    }
    if (pods.length + events.length > 0) {
      const { environment } = io;
      const [path, context] = [invocation.option("kubeconfig"), invocation.option("context")];
      const config = await loadKubeconfig({ path, context, environment });
      const kubernetes = stack.use(createKubernetesClient(config, { fieldManager: "moorline" }));
      for (const place of pods) sources.push(...(await podSources(kubernetes, place, options)));
      for (const namespace of events) sources.push(eventSource(kubernetes, namespace, options));
    }
    if (follow && sources.length > mostFollowed)
      throw new MoorlineError("LOGS_FOLLOW_TOO_MANY", {
        subject: "--follow",
        parameters: { limit: mostFollowed, count: sources.length },
      });
    const isRemote = hosts.length + pods.length + events.length > 0;
    const atOnce = follow ? mostFollowed : isRemote ? remoteAtOnce : 1;
    const closing = stack.move();
    return { sources, atOnce, [Symbol.asyncDispose]: () => closing.disposeAsync() };
  } catch (thrown) {
    await stack.disposeAsync();
    throw thrown;
  }
}
