import type { Proof } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import type { Bilingual } from "../../text/language.ts";
import type { World } from "../world.ts";
import { gather, type Gathered } from "./gather.ts";
import { harborProjectOf } from "./harbor-project.ts";
import type { ObservedBinding, ObservedNamespace } from "./observed.ts";
import { provePulls } from "./prove-pulls.ts";
import { proveValidate } from "./prove-validate.ts";
import { whyNotProved } from "./run-credential.ts";
import type { ProjectBindingSpec } from "./schema.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** Up to so many projects each have proofs of their own; more are counted, and those that fail are named, up to as many. */
const mostNamed = 20;

/**
 * Proves every binding with the credential that the project's own Secret holds: what Harbor grants for it, that the
 * Secret reads as the kubelet and KubeSphere read it, and for some of them a real pull and a real 404.
 */
export async function verify(
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
  seen?: (observed: ObservedBinding) => void,
): Promise<readonly Proof[]> {
  const gathered = await gather(document, world, signal, "proof");
  seen?.(gathered.observed);
  const { spec } = document;
  const bound = gathered.observed.namespaces.filter((n) => n.chosen && n.excluded === undefined);
  if (bound.length === 0) return [];
  const granted = spec.robot.permissions.join(", ");
  const accounts = spec.secret.serviceAccounts.join(", ");
  const { url } = gathered.harbor;
  const project = spec.harborProject.name ?? bound[0]?.name ?? "";
  const tokens = summarised(
    bound.map((n) => ({
      subject: `Secret/${n.name}/${spec.secret.name}`,
      why: whyNoToken(n, gathered, spec),
    })),
    {
      title: message("projectBinding.proofToken", { project }),
      one: message("projectBinding.provedToken", { granted }),
      all: (count, total) => message("projectBinding.provedTokens", { count, total, granted }),
    },
  );
  const secrets = summarised(
    bound.map((n) => ({ subject: `Secret/${n.name}/${spec.secret.name}`, why: whyNotAsWritten(n, spec) })),
    {
      title: message("projectBinding.proofSecret"),
      one: message("projectBinding.provedSecret", { url, accounts }),
      all: (count, total) => message("projectBinding.provedSecrets", { count, total, url, accounts }),
    },
  );
  const pulls = await provePulls(bound, gathered, spec, signal);
  return [...tokens, ...secrets, ...pulls, ...(await proveValidate(gathered, document, world, signal))];
}

interface Judged {
  readonly subject: string;
  /** Why it is not as it should be; undefined where it is. */
  readonly why: Bilingual | undefined;
}

function summarised(
  judged: readonly Judged[],
  words: {
    readonly title: Proof["title"];
    readonly one: Proof["detail"];
    all(count: number, total: number): Proof["detail"];
  },
): readonly Proof[] {
  const proofOf = ({ subject, why }: Judged): Proof => ({
    title: words.title,
    subject,
    ok: why === undefined,
    detail: why === undefined ? words.one : message("projectBinding.unproved", { reason: why }),
  });
  if (judged.length <= mostNamed) return judged.map(proofOf);
  const failed = judged.filter((j) => j.why !== undefined);
  const count = judged.length - failed.length;
  const whole: Proof = {
    title: words.title,
    subject: `${judged.length} projects`,
    ok: failed.length === 0,
    detail: words.all(count, judged.length),
  };
  return [whole, ...failed.slice(0, mostNamed).map(proofOf)];
}

function whyNoToken(
  namespace: ObservedNamespace,
  gathered: Gathered,
  spec: ProjectBindingSpec,
): Bilingual | undefined {
  const found = gathered.credentials.get(namespace.name);
  if (found !== undefined) return whyNotProved(found.answer, spec);
  if (harborProjectOf(spec, namespace.name) === undefined)
    return { en: "Harbor takes no project of this name", zh: "Harbor 不接受该项目名称" };
  return { en: "there is no credential of a living robot in it", zh: "其中没有可用机器人账户的凭据" };
}

function whyNotAsWritten(
  { secret, serviceAccounts }: ObservedNamespace,
  spec: ProjectBindingSpec,
): Bilingual | undefined {
  if (secret === undefined) return { en: "it is not there", zh: "不存在" };
  if (secret.owner !== "us") return { en: "Moorline did not make it", zh: "不是 Moorline 创建的" };
  const flaws = secret.flaws.join(", ");
  if (flaws !== "") return { en: `it is not as written: ${flaws}`, zh: `与写入时不一致：${flaws}` };
  const unlinked = serviceAccounts
    .filter((a) => spec.secret.serviceAccounts.includes(a.name) && !a.pullSecrets.includes(secret.name))
    .map((a) => a.name)
    .join(", ");
  if (unlinked !== "") return { en: `not linked: ${unlinked}`, zh: `未关联：${unlinked}` };
  return undefined;
}
