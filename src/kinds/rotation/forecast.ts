import type { AnyKind } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import type { CertificateDocument } from "../harbor-certificate/gathered.ts";
import type { ObservedCertificate, ObservedRollover } from "../harbor-certificate/observed.ts";
import type { ObservedBinding } from "../project-binding/observed.ts";
import type { World } from "../world.ts";

type Kinds = readonly AnyKind<World>[];

/** The same kinds, of which one sees some of its documents as a stage of a rotation will find them. Nothing is written. */
function seeing<O>(
  kinds: Kinds,
  name: string,
  documents: readonly Document[],
  change: (observed: O) => O,
): Kinds {
  const chosen = new Set(documents.map((d) => d.metadata.name));
  return kinds.map((kind) =>
    kind.schema.kind !== name
      ? kind
      : {
          ...kind,
          observe: async (document, world, signal) => {
            const observed = await kind.observe(document, world, signal);
            // A kind of this name observes an O: it stands in the registry once.
            return chosen.has(document.metadata.name) ? change(observed as O) : observed;
          },
        },
  );
}

/** As if new pairs were asked for. */
export const pairsRequested =
  (documents: readonly CertificateDocument[], which: "server" | "clients") =>
  (kinds: Kinds): Kinds =>
    seeing<ObservedCertificate>(kinds, "HarborCertificate", documents, (observed) => ({
      ...observed,
      requested: Object.keys(observed.pairs).filter((of) => (of === "server") === (which === "server")),
    }));

/** As if a CA's rollover had come to a stage and were permitted to go on. */
export const rolloverAt =
  (documents: readonly CertificateDocument[], stage: "introduce" | "switch" | "retire") =>
  (kinds: Kinds): Kinds =>
    seeing<ObservedCertificate>(kinds, "HarborCertificate", documents, (observed) => {
      const current = observed.authority?.digest;
      if (current === undefined) return observed;
      return { ...observed, rollover: stages[stage](current, observed.rollover) };
    });

const stages: Readonly<
  Record<
    "introduce" | "switch" | "retire",
    (current: string, now: ObservedRollover | undefined) => ObservedRollover
  >
> = {
  introduce: (current, now) => now ?? { current, request: { replace: current }, stale: [] },
  switch: (current, now) => ({
    ...(now ?? { current, stale: [] }),
    next: now?.next ?? "next",
    request: { switchTo: now?.next ?? "next" },
  }),
  retire: (current, now) => ({
    current,
    previous: now?.previous ?? "previous",
    request: { retire: now?.previous ?? "previous" },
    ...(now?.others !== undefined && { others: now.others }),
    stale: [],
  }),
};

/** As if new robots were asked for in place of those that the Secrets hold. */
export const robotsRequested =
  (documents: readonly Document[]) =>
  (kinds: Kinds): Kinds =>
    seeing<ObservedBinding>(kinds, "ProjectBinding", documents, (observed) => ({
      ...observed,
      namespaces: observed.namespaces.map((namespace) =>
        namespace.secret?.owner !== "us" || namespace.secret.username === undefined
          ? namespace
          : { ...namespace, secret: { ...namespace.secret, rotating: namespace.secret.username } },
      ),
    }));
