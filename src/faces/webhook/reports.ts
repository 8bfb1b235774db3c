import { connectHarbor, findRegistry, type ConnectedHarbor } from "../../kinds/harbor-registry/connect.ts";
import { fetchReport } from "../../kinds/project-binding/admission/fetch-report.ts";
import { ScanCache } from "../../kinds/project-binding/admission/scan-cache.ts";
import type { World } from "../../kinds/world.ts";
import { fromUnknown, isError } from "../../model/errors.ts";

/** Well under the 5 s that the API server waits for us. */
const waitMs = 2000;
const fetchMs = 10_000;
/** Credentials are read anew after this. */
const reconnectMs = 5 * 60_000;
/** A few hundred bytes each. */
const mostReports = 20_000;

interface Connected {
  readonly document: unknown;
  readonly at: number;
  readonly harbor: Promise<ConnectedHarbor>;
}

/** Harbor's reports through the HarborRegistry documents of a world. */
export function openReports(world: World, signal: AbortSignal): ScanCache {
  const connections = new Map<string, Connected>();
  const now = (): number => world.clock.now().getTime();

  function connect(name: string): Promise<ConnectedHarbor> {
    const document = findRegistry(name, "admission", world);
    const known = connections.get(name);
    if (known !== undefined && known.document === document && now() - known.at < reconnectMs) {
      return known.harbor;
    }
    const harbor = connectHarbor(document, world, signal);
    connections.set(name, { document, at: now(), harbor });
    // What failed is tried anew by the next one.
    harbor.catch(() => connections.delete(name));
    return harbor;
  }

  return new ScanCache({
    waitMs,
    fetchMs,
    size: mostReports,
    now,
    fetch: async (question, limit) => {
      const aborting = AbortSignal.any([signal, limit]);
      try {
        const { harbor } = await connect(question.registry);
        const fetched = await fetchReport(harbor, question, now(), aborting);
        const { answer } = fetched;
        if (answer.kind === "unknown" && answer.code === "HARBOR_CREDENTIAL_REFUSED") {
          connections.delete(question.registry);
        }
        return fetched;
      } catch (thrown) {
        const code = isError(thrown, "CANCELLED") ? undefined : fromUnknown(thrown, question.registry).code;
        return { answer: { kind: "unknown", reason: "failed", ...(code !== undefined && { code }) } };
      }
    },
  });
}
