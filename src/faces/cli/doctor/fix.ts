import { makePlan } from "../../../engine/plan.ts";
import type { Examination } from "../../../diagnosis/doctor/examine.ts";
import { clusterKinds, kinds } from "../../../kinds/registry.ts";
import { nameOf, type Document } from "../../../model/document.ts";
import { message, render } from "../../../text/message.ts";
import { carryOut } from "../carry-out.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";

/** Documents that declare what is wrong by these examinations, as it should be. Pure. */
export function mending(
  examinations: readonly Examination[],
  documents: readonly Document[],
): readonly Document[] {
  const wanted = new Set<string | undefined>(
    examinations.flatMap(({ diagnoses }) => diagnoses.map(({ cause }) => cause.mendedBy)),
  );
  return documents.filter(({ kind }) => wanted.has(kind));
}

/**
 * Applies the documents that mend what was found, after showing their plan and asking; no other document, and of a
 * binding no other namespace than the one asked about.
 * @param namespace where what was asked about is; all where absent
 * @returns whether something was carried out and proved
 */
export async function fix(
  examinations: readonly Examination[],
  session: Session | undefined,
  namespace: string | undefined,
  invocation: Invocation,
): Promise<boolean> {
  const { io, language } = invocation;
  const say = (text: Parameters<typeof render>[0]): void => io.out(`${render(text, language)}\n`);
  if (session === undefined) {
    say(message("doctor.fixWithout"));
    return false;
  }
  const names = mending(examinations, session.documents).map(nameOf);
  if (names.length === 0) {
    say(message("doctor.fixNone"));
    return false;
  }
  say(message("doctor.fixing", { names: names.join(", ") }));
  const focus = namespace === undefined ? {} : { focus: { namespaces: new Set([namespace]) } };
  const world = { ...session.world, ...focus };
  const plan = await makePlan(session.documents, kinds, world, {
    only: clusterKinds,
    names,
    signal: io.stopping,
  });
  return (await carryOut(plan, world, invocation)) === exitCodes.done;
}
