import { openEndpoint, type HttpEndpoint, type TlsOptions } from "../../../clients/http/endpoint.ts";
import type { Surroundings, Way } from "../../../diagnosis/doctor/surroundings.ts";
import { connectHarbor } from "../../../kinds/harbor-registry/connect.ts";
import type { HarborRegistrySpec } from "../../../kinds/harbor-registry/schema.ts";
import type { Document } from "../../../model/document.ts";
import { nameOf } from "../../../model/document.ts";
import { fromUnknown } from "../../../model/errors.ts";
import type { Io } from "../command.ts";
import type { OpenWorld } from "../world.ts";

export interface SurroundingsOptions {
  readonly io: Pick<Io, "clock" | "random">;
  /** Absent where no documents were given. */
  readonly world: OpenWorld | undefined;
  /** Of --ca: for the registries that no document tells of. */
  readonly ca: string | undefined;
  /** An unknown CA is no finding where none was named: of nodes it tells nothing. */
  readonly isAboutNodes: boolean;
}

/** Registries among documents. */
export const registriesAmong = (documents: readonly Document[]): readonly Document<HarborRegistrySpec>[] =>
  // Documents of a kind were parsed by that kind's schema.
  documents.filter((d): d is Document<HarborRegistrySpec> => d.kind === "HarborRegistry");

/** `host[:port]`, as images name it. */
export const hostOfRegistry = ({ spec }: Document<HarborRegistrySpec>): string => new URL(spec.url).host;

/** What the doctor asks with: documents tell trust and account of their registries, --ca of the others. */
export function openSurroundings(options: SurroundingsOptions): Surroundings & AsyncDisposable {
  const { io, world, ca, isAboutNodes } = options;
  const stack = new AsyncDisposableStack();
  const documents = registriesAmong(world?.documents.ordered ?? []);
  const endpoints = new Map<string, HttpEndpoint>();
  const endpointOf = (registry: string): HttpEndpoint => {
    const tls: TlsOptions = ca === undefined ? {} : { ca };
    const known = endpoints.get(registry);
    const opened = known ?? stack.use(openEndpoint(`https://${registry}`, { tls, connections: 4 }));
    endpoints.set(registry, opened);
    return opened;
  };
  const way = async (registry: string, signal: AbortSignal): Promise<Way> => {
    const document = documents.find((d) => hostOfRegistry(d) === new URL(`https://${registry}`).host);
    if (document === undefined || world === undefined)
      return { endpoint: endpointOf(registry), trusted: ca, notes: [] };
    try {
      const { endpoint, caPem, harbor, credential } = await connectHarbor(document, world, signal);
      return { endpoint, trusted: caPem, harbor, credential, notes: [] };
    } catch (thrown) {
      signal.throwIfAborted();
      const told = fromUnknown(thrown, nameOf(document));
      const note = { probe: "documents", subject: nameOf(document), outcome: "unknown", told } as const;
      return { endpoint: endpointOf(registry), trusted: ca, notes: [note] };
    }
  };
  return {
    way,
    trustIsAssumed: ({ trusted }) => isAboutNodes && trusted === undefined,
    now: io.clock.now().getTime(),
    randomBytes: (length) => io.random.bytes(length),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
