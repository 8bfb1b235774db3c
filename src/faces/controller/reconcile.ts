import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Term } from "../../clients/kubernetes/lease.ts";
import { apply, type DocumentResult } from "../../engine/apply.ts";
import type { DueDate } from "../../engine/due-date.ts";
import type { AnyKind } from "../../engine/kind.ts";
import { kindOf, makePlan, type Direction, type Plan } from "../../engine/plan.ts";
import type { Focus, World } from "../../kinds/world.ts";
import type { Document } from "../../model/document.ts";
import { fromUnknown, MoorlineErrors, type MoorlineError } from "../../model/errors.ts";
import type { Finding } from "../../model/finding.ts";
import type { ClusterDocuments } from "./documents.ts";

/** What a look at a document needs. */
export interface ReconcileContext {
  readonly client: KubernetesClient;
  readonly documents: ClusterDocuments;
  readonly kinds: readonly AnyKind<World>[];
  readonly world: World;
}

/** How a look at a document ended. */
export type Look =
  | {
      readonly result: DocumentResult;
      readonly findings: readonly Finding[];
      readonly dueDates?: readonly DueDate[];
    }
  | { readonly error: MoorlineError };

/**
 * Observes, plans, carries out and proves one document, through the same engine as `moorline apply`; or takes away what it
 * put there, as `moorline destroy` does. Writes no status.
 */
export async function reconcile(
  document: Document,
  direction: Direction,
  focus: Focus | undefined,
  { documents, kinds, world }: ReconcileContext,
  term: Term,
): Promise<Look> {
  const name = `${document.kind}/${document.metadata.name}`;
  const seen: Seen = { inProof: false };
  const watched = kinds.map((kind) => (kind.schema.kind === document.kind ? remembering(kind, seen) : kind));
  const here: World = { ...world, documents: documents.all(), ...(focus !== undefined && { focus }) };
  let plan: Plan;
  try {
    plan = await makePlan(documents.closure(document), watched, here, {
      direction,
      names: [name],
      signal: term.ending,
    });
  } catch (thrown) {
    const first = thrown instanceof MoorlineErrors ? thrown.errors[0] : thrown;
    return { error: fromUnknown(first, name) };
  }
  const findings = plan.documents.flatMap((d) => d.findings);
  const { documents: results } = await apply(plan, watched, here, {
    stopping: term.ending,
    signal: term.lost,
  });
  const [result] = results;
  if (result === undefined) return { error: fromUnknown("the plan has no document", name) };
  // What was changed ends at another time than what was seen before; most proofs have seen that.
  const isOld = result.stepsDone > 0 && seen.dates !== undefined && !seen.inProof;
  if (focus === undefined && direction === "apply" && isOld)
    await kindOf(watched, document)
      .observe(document, here, term.ending)
      // The next look tells; the dates of this one are from before.
      .catch(() => undefined);
  return { result, findings, ...(seen.dates !== undefined && { dueDates: seen.dates }) };
}

/** What ends of what was observed last. */
interface Seen {
  dates?: readonly DueDate[];
  /** The proof observed it, and it comes after every step. */
  inProof: boolean;
}

/** A kind that remembers what ends of what it observed last. */
function remembering(kind: AnyKind<World>, seen: Seen): AnyKind<World> {
  const remember = (document: Document, observed: unknown, world: World): void => {
    const dates = kind.dueDates?.(document, observed, world.clock.now());
    if (dates !== undefined) seen.dates = dates;
  };
  return {
    ...kind,
    observe: async (document, world, signal) => {
      const observed = await kind.observe(document, world, signal);
      remember(document, observed, world);
      return observed;
    },
    verify: (document, world, signal) =>
      kind.verify(document, world, signal, (observed) => {
        remember(document, observed, world);
        seen.inProof = true;
      }),
  };
}
