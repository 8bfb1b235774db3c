import { z } from "zod";
import { mutatePod } from "../../kinds/project-binding/admission/mutate.ts";
import { findPod } from "../../kinds/project-binding/admission/pod.ts";
import type { AdmissionPolicy } from "../../kinds/project-binding/admission/policy.ts";
import type { ScanAnswer } from "../../kinds/project-binding/admission/report.ts";
import {
  judgePod,
  questionKey,
  questionsOf,
  type Judged,
  type ScanQuestion,
} from "../../kinds/project-binding/admission/validate.ts";
import type { Language } from "../../text/language.ts";
import { message, render, type Message } from "../../text/message.ts";

/** What the webhook is asked, by its path. */
export const routes = ["mutate", "validate", "warn"] as const;
export type Route = (typeof routes)[number];

/** The world of a review. */
export interface Reviewer {
  /** @returns undefined for a namespace that does not exist @throws where that can not be told */
  policiesOf(namespace: string): readonly AdmissionPolicy[] | Promise<readonly AdmissionPolicy[] | undefined>;
  /** Never throws; answers within the look-up's limit. */
  ask(question: ScanQuestion): Promise<ScanAnswer>;
}

const reviewSchema = z.object({
  apiVersion: z.literal("admission.k8s.io/v1"),
  kind: z.literal("AdmissionReview"),
  request: z.object({
    uid: z.string().min(1).max(200),
    kind: z.object({ kind: z.string() }),
    namespace: z.string().optional(),
    operation: z.string(),
    object: z.unknown(),
    oldObject: z.unknown(),
  }),
});

export type Outcome = "allowed" | "changed" | "refused" | "warned";

export interface Answer {
  readonly body: string;
  readonly outcome: Outcome;
}

/** The request was no AdmissionReview that the API server could have sent. */
export class BadReview extends Error {
  override readonly name = "BadReview";
}

/**
 * Answers one AdmissionReview (admission.k8s.io/v1).
 * @throws BadReview; whatever else is thrown is for the API server's failure policy
 */
export async function answerReview(text: string, route: Route, reviewer: Reviewer): Promise<Answer> {
  const { request } = parse(text);
  const allowed = (): Answer => ({ body: respond(request.uid, { allowed: true }), outcome: "allowed" });
  if (request.namespace === undefined) return allowed();
  const found = reviewer.policiesOf(request.namespace);
  const policies = found instanceof Promise ? await found : found;
  if (policies === undefined || policies.length === 0) return allowed();
  const judged = judgedOf(request, route);
  if (judged === undefined) return allowed();
  if (route === "mutate") {
    const patch = mutatePod(judged.pod, judged.before, policies);
    if (patch.length === 0) return allowed();
    const encoded = Buffer.from(JSON.stringify(patch)).toString("base64");
    const body = respond(request.uid, { allowed: true, patchType: "JSONPatch", patch: encoded });
    return { body, outcome: "changed" };
  }
  const { refusals, warnings } = await judge(judged, policies, reviewer);
  if (route === "warn") {
    const { kind } = request.kind;
    const said = refusals.flatMap((each) => workloadWarnings(kind, each));
    return warned(request.uid, [...said, ...warnings.flatMap(inBoth)]);
  }
  if (refusals.length === 0) return warned(request.uid, warnings.flatMap(inBoth));
  // Nobody knows the caller's language here: the API server passes on a text alone.
  const words = [inLanguage(refusals, "en"), inLanguage(refusals, "zh-CN")].join("\n");
  const status = { code: 403, reason: "Forbidden", message: words };
  return { body: respond(request.uid, { allowed: false, status }), outcome: "refused" };
}

type Request = z.infer<typeof reviewSchema>["request"];

function parse(text: string): z.infer<typeof reviewSchema> {
  try {
    return reviewSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new BadReview("not an AdmissionReview of admission.k8s.io/v1", { cause });
  }
}

function judgedOf({ kind, object, oldObject, operation }: Request, route: Route): Judged | undefined {
  if (operation !== "CREATE" && operation !== "UPDATE") return undefined;
  try {
    const pod = findPod(kind.kind, object);
    if (pod === undefined) return undefined;
    const old = operation === "UPDATE" && oldObject !== null && oldObject !== undefined;
    const before = old ? findPod(kind.kind, oldObject) : undefined;
    return { pod, before, rewritten: route === "warn" };
  } catch (cause) {
    throw new BadReview(`not a ${kind.kind}`, { cause });
  }
}

async function judge(judged: Judged, policies: readonly AdmissionPolicy[], reviewer: Reviewer) {
  const questions = questionsOf(judged, policies);
  const answers = new Map<string, ScanAnswer>();
  await Promise.all(
    questions.map(async (question) => {
      answers.set(questionKey(question), await reviewer.ask(question));
    }),
  );
  return judgePod(judged, policies, answers);
}

function warned(uid: string, warnings: readonly string[]): Answer {
  if (warnings.length === 0) return { body: respond(uid, { allowed: true }), outcome: "allowed" };
  return { body: respond(uid, { allowed: true, warnings }), outcome: "warned" };
}

const respond = (uid: string, response: object): string =>
  JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid, ...response },
  });

const inLanguage = (messages: readonly Message[], language: Language): string =>
  messages.map((each) => render(each, language)).join(" ");

/** The API server cuts longer ones where there are many (KEP-1693). */
const longestWarning = 250;
const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > longestWarning ? `${line.slice(0, longestWarning - 1)}…` : line;
};
const inBoth = (each: Message): readonly string[] => [
  short(render(each, "en")),
  short(render(each, "zh-CN")),
];

function workloadWarnings(kind: string, refusal: Message): readonly string[] {
  const reason = { en: render(refusal, "en"), zh: render(refusal, "zh-CN") };
  return inBoth(message("admission.podsWillBeRefused", { kind, reason }));
}
