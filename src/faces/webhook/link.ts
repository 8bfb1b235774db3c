import type { MessagePort } from "node:worker_threads";
import type { AdmissionPolicy } from "../../kinds/project-binding/admission/policy.ts";
import type { ScanAnswer } from "../../kinds/project-binding/admission/report.ts";
import type { ScanQuestion } from "../../kinds/project-binding/admission/validate.ts";
import type { ServedCounts } from "./counts.ts";
import type { PolicyChange } from "./policy-index.ts";
import type { Reviewer } from "./review.ts";
import type { ServedPair } from "./server.ts";
import type { PolicyIndex } from "./policy-index.ts";

/** What a worker is told. */
export type ToWorker =
  | { readonly type: "policies"; readonly change: PolicyChange }
  | { readonly type: "pair"; readonly pair: ServedPair }
  | { readonly type: "answer"; readonly id: number; readonly answer: ScanAnswer }
  | { readonly type: "learnt"; readonly id: number; readonly exists: boolean | undefined }
  | { readonly type: "drain" };

/** What a worker asks and tells. */
export type FromWorker =
  | { readonly type: "ask"; readonly id: number; readonly question: ScanQuestion }
  | { readonly type: "learn"; readonly id: number; readonly namespace: string }
  | { readonly type: "counts"; readonly counts: ServedCounts }
  | { readonly type: "listening"; readonly port: number };

/** What the main thread does for whoever reviews. */
export interface Helper {
  ask(question: ScanQuestion): Promise<ScanAnswer>;
  /**
   * Looks a namespace up that no event told of yet, and tells of it.
   * @returns whether it exists; undefined where that can not be told now
   */
  learn(namespace: string): Promise<boolean | undefined>;
}

/** A reviewer before an index that may be a moment behind the cluster. */
export function reviewerOf(index: PolicyIndex, helper: Helper): Reviewer {
  const learn = async (namespace: string): Promise<readonly AdmissionPolicy[] | undefined> => {
    const exists = await helper.learn(namespace);
    if (exists === undefined) throw new Error(`nothing is known of namespace ${namespace}`);
    return exists ? index.policiesOf(namespace) : undefined;
  };
  return {
    policiesOf: (namespace) => index.policiesOf(namespace) ?? learn(namespace),
    ask: (question) => helper.ask(question),
  };
}

/** The main thread's help, asked for over a port. */
export function helperOver(port: MessagePort): Helper & { take(message: ToWorker): void } {
  const waiting = new Map<number, (value: never) => void>();
  let last = 0;
  const send = <T>(message: (id: number) => FromWorker): Promise<T> =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      port.postMessage(message(id));
    });
  const settle = (id: number, value: unknown): void => {
    waiting.get(id)?.(value as never);
    waiting.delete(id);
  };
  return {
    ask: (question) => send((id) => ({ type: "ask", id, question })),
    learn: (namespace) => send((id) => ({ type: "learn", id, namespace })),
    take: (message) => {
      if (message.type === "answer") settle(message.id, message.answer);
      if (message.type === "learnt") settle(message.id, message.exists);
    },
  };
}
