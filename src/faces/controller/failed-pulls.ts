import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { Judge } from "../../diagnosis/logs/judge.ts";
import { parseLine } from "../../diagnosis/logs/parse.ts";
import { LineScanner } from "../../diagnosis/logs/scan.ts";
import { triggerSearch } from "../../diagnosis/logs/signs.ts";
import { fromUnknown, type MoorlineError } from "../../model/errors.ts";

interface PullEvent extends KubernetesObject {
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind?: string };
}

/**
 * Follows the events of failed pulls, and names the cause of each by the same signs by which logs are read. Nothing is
 * kept, and events from before the start are not counted: another replica or an earlier run has.
 */
export async function followFailedPulls(
  client: KubernetesClient,
  onCause: (code: string) => void,
  onTrouble: (error: MoorlineError) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const watch = client.watch<PullEvent>(resources.events, {
        signal,
        fieldSelector: "reason=Failed",
        keep: ({ metadata: { name, resourceVersion }, ...rest }) => {
          const { reason, message, involvedObject } = rest as PullEvent;
          const metadata = { ...(name && { name }), ...(resourceVersion && { resourceVersion }) };
          return { metadata, reason, message, involvedObject } as PullEvent;
        },
        onTrouble,
      });
      for await (const event of watch) {
        if (event.type !== "added" && event.type !== "modified") continue;
        const { message = "", involvedObject } = event.object;
        // The kubelet says "Error: ErrImagePull" of the same failure once more, without its cause.
        if (involvedObject?.kind !== "Pod" || /^Error: (ErrImagePull|ImagePullBackOff)$/.test(message))
          continue;
        const cause = causeOf(event.object);
        if (cause !== undefined) onCause(cause);
      }
    } catch (thrown) {
      if (signal.aborted) return;
      onTrouble(fromUnknown(thrown, "events"));
    }
    // Without the right to read events there is nothing to count; it may be given later.
    await sleep(60_000, undefined, { signal }).catch(() => undefined);
  }
}

function causeOf(event: PullEvent): string | undefined {
  let cause: string | undefined;
  const scanner = new LineScanner(triggerSearch, ({ text, found }) => {
    const verdict = new Judge().judge(parseLine(text, Date.now()), found);
    if (verdict.kind === "cause") cause ??= verdict.cause.code;
  });
  scanner.write(Buffer.from(`${JSON.stringify({ kind: "Event", ...event })}\n`));
  scanner.end();
  return cause;
}
