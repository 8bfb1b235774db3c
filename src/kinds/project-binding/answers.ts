import { createHash } from "node:crypto";
import type { Credential } from "../../clients/harbor/credential.ts";
import type { Document } from "../../model/document.ts";
import type { TokenAnswer } from "../harbor-registry/token.ts";
import type { World } from "../world.ts";
import type { ProjectBindingSpec } from "./schema.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** How long what Harbor granted counts: a robot can be given another secret behind our back. */
const countsMs = 60_000;

interface Granted {
  readonly answer: TokenAnswer;
  readonly at: number;
}

/**
 * What Harbor granted to credentials in one run over a document. The proof at the end of a run reads the Secrets again;
 * where one holds the very credential that Harbor took in this run, Harbor need not be asked once more. Only grants are
 * kept, never refusals.
 */
export interface Answers {
  find(credential: Credential, repository: string): TokenAnswer | undefined;
  keep(credential: Credential, repository: string, answer: TokenAnswer): void;
}

const runs = new WeakMap<World, WeakMap<BindingDocument, Map<string, Granted>>>();

/** A run begins with an observation, which believes nothing from before. */
export function forgetAnswers(document: BindingDocument, world: World): void {
  runs.get(world)?.delete(document);
}

/** The answers of the run that the last observation began. */
export function answersOf(document: BindingDocument, world: World): Answers {
  const ofWorld = runs.get(world) ?? new WeakMap<BindingDocument, Map<string, Granted>>();
  runs.set(world, ofWorld);
  const known = ofWorld.get(document) ?? new Map<string, Granted>();
  ofWorld.set(document, known);
  const now = (): number => world.clock.now().getTime();
  return {
    find: (credential, repository) => {
      const found = known.get(keyOf(credential, repository));
      return found !== undefined && now() - found.at < countsMs ? found.answer : undefined;
    },
    keep: (credential, repository, answer) => {
      if (answer.accepted) known.set(keyOf(credential, repository), { answer, at: now() });
    },
  };
}

/** A digest, so that no secret is held longer than it is needed. */
function keyOf({ username, password }: Credential, repository: string): string {
  const text = JSON.stringify([repository, username, password.reveal()]);
  return createHash("sha256").update(text).digest("base64");
}
