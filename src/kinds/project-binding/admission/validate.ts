import { message, type Message } from "../../../text/message.ts";
import type { Bilingual } from "../../../text/language.ts";
import { fullName, isBelow, parseImage, rewriteImage, type ImageFault, type ImageName } from "./image.ts";
import { isExempt } from "./mutate.ts";
import { changedContainers, type FoundPod } from "./pod.ts";
import type { AdmissionPolicy } from "./policy.ts";
import { tooSevere, type ScanAnswer, type Severity } from "./report.ts";

/** An image whose report is asked for. */
export interface ScanQuestion {
  /** The HarborRegistry document. */
  readonly registry: string;
  readonly harborProject: string;
  /** Without the project. */
  readonly repository: string;
  /** Digest or tag. */
  readonly reference: string;
  readonly honourAllowlist: boolean;
}

/** Why a pod is refused, and what its maker should know all the same. */
export interface Verdict {
  readonly refusals: readonly Message[];
  readonly warnings: readonly Message[];
}

export interface Judged {
  readonly pod: FoundPod;
  /** The pod before an update: images that it had are not judged again. */
  readonly before: FoundPod | undefined;
  /** Images are judged under the names that they will have: for workloads, whose pods are changed later. */
  readonly rewritten: boolean;
}

/** What must be asked of Harbor before the pod can be judged; each image once. */
export function questionsOf(judged: Judged, policies: readonly AdmissionPolicy[]): readonly ScanQuestion[] {
  const questions = new Map<string, ScanQuestion>();
  for (const policy of policies) {
    if (policy.scan === undefined || isExempt(judged.pod, policy)) continue;
    for (const { image } of imagesOf(judged, policy)) {
      const parsed = parseImage(image);
      const question = "fault" in parsed ? undefined : questionOf(parsed, policy);
      if (question !== undefined) questions.set(questionKey(question), question);
    }
  }
  return [...questions.values()];
}

export const questionKey = (q: ScanQuestion): string =>
  `${q.registry}\n${q.harborProject}/${q.repository}\n${q.reference}\n${q.honourAllowlist}`;

function questionOf(image: ImageName, policy: AdmissionPolicy): ScanQuestion | undefined {
  const [project = "", ...rest] = image.path.split("/");
  if (image.host.toLowerCase() !== policy.harborHost.toLowerCase() || rest.length === 0) return undefined;
  return {
    registry: policy.registry,
    harborProject: project,
    repository: rest.join("/"),
    reference: image.digest ?? image.tag ?? "latest",
    honourAllowlist: policy.scan?.honourAllowlist ?? false,
  };
}

/**
 * Judges a pod.
 * @param answers what Harbor knows, by {@link questionKey}; what is missing there counts as not answered in time
 */
export function judgePod(
  judged: Judged,
  policies: readonly AdmissionPolicy[],
  answers: ReadonlyMap<string, ScanAnswer>,
): Verdict {
  const refusals: Message[] = [];
  const warnings: Message[] = [];
  for (const policy of policies) {
    if (isExempt(judged.pod, policy) || asksNothing(policy)) continue;
    for (const { image, name } of imagesOf(judged, policy)) {
      const parsed = parseImage(image);
      if ("fault" in parsed) {
        refusals.push(
          message("admission.invalidName", { container: name, image, reason: faults[parsed.fault] }),
        );
        continue;
      }
      const first = nameRefusal(image, parsed, policy);
      if (first !== undefined) refusals.push(first);
      // A name that is refused already need not be looked into.
      else if (policy.scan !== undefined) judgeScan(image, parsed, policy, answers, { refusals, warnings });
    }
  }
  return { refusals: unique(refusals), warnings: unique(warnings) };
}

const asksNothing = ({ allowed, requireDigest, scan }: AdmissionPolicy): boolean =>
  allowed === undefined && !requireDigest && scan === undefined;

function imagesOf(
  { pod, before, rewritten }: Judged,
  policy: AdmissionPolicy,
): readonly { readonly name: string; readonly image: string }[] {
  const seen = new Map<string, string>();
  for (const { name, image } of changedContainers(pod, before)) {
    const judged = rewritten ? rewriteImage(image, policy.rewrites) : image;
    if (!seen.has(judged)) seen.set(judged, name);
  }
  return [...seen].map(([image, name]) => ({ image, name }));
}

function nameRefusal(image: string, parsed: ImageName, policy: AdmissionPolicy): Message | undefined {
  const { allowed, requireDigest, binding, harborHost } = policy;
  const name = fullName(parsed);
  if (allowed !== undefined && !allowed.some((prefix) => isBelow(name, prefix))) {
    const places = allowed.slice(0, 5).join(", ") + (allowed.length > 5 ? ", …" : "");
    return message("admission.notAllowed", { image, places: places || harborHost, binding });
  }
  if (requireDigest && parsed.digest === undefined) {
    return message("admission.noDigest", {
      image,
      name: image.slice(0, image.length - parsed.suffix.length),
    });
  }
  return undefined;
}

interface Lists {
  readonly refusals: Message[];
  readonly warnings: Message[];
}

function judgeScan(
  image: string,
  parsed: ImageName,
  policy: AdmissionPolicy,
  answers: ReadonlyMap<string, ScanAnswer>,
  { refusals, warnings }: Lists,
): void {
  const { scan, closed } = policy;
  if (scan === undefined) return;
  const question = questionOf(parsed, policy);
  const answer: ScanAnswer =
    question === undefined
      ? { kind: "unscanned", status: "elsewhere" }
      : (answers.get(questionKey(question)) ?? { kind: "unknown", reason: "late" });
  if (answer.kind === "unknown") {
    const reason = answer.reason === "late" ? late : { en: answer.code ?? "-", zh: answer.code ?? "-" };
    (closed ? refusals : warnings).push(
      message(closed ? "admission.unknownRefused" : "admission.unknownAllowed", {
        image,
        harbor: policy.harborHost,
        reason,
      }),
    );
  } else if (answer.kind === "unscanned") {
    const key = scan.unscanned === "Refuse" ? "admission.unscannedRefused" : "admission.unscannedAllowed";
    const said = message(key, { image, status: unscannedStates[answer.status] });
    if (scan.unscanned === "Refuse") refusals.push(said);
    else if (scan.unscanned === "Warn") warnings.push(said);
  } else {
    const found = tooSevere(answer.counts, scan.maximumSeverity);
    if (found.length === 0) return;
    const examples = found.flatMap(([severity]) => answer.examples[severity] ?? []).slice(0, 3);
    refusals.push(
      message("admission.vulnerable", {
        image,
        found: counted(found),
        maximum: levels[scan.maximumSeverity],
        project: question?.harborProject ?? "-",
        examples: examples.length === 0 ? noExamples : both(examples.join(", ")),
      }),
    );
  }
}

function unique(messages: readonly Message[]): readonly Message[] {
  return [...new Map(messages.map((each) => [JSON.stringify(each), each])).values()];
}

const both = (text: string): Bilingual => ({ en: text, zh: text });

const late: Bilingual = { en: "it did not answer in time", zh: "未在时限内应答" };
const noExamples: Bilingual = { en: "see its report", zh: "详见扫描报告" };

const severityNames: Readonly<Record<Severity, Bilingual>> = {
  critical: { en: "critical", zh: "危急" },
  high: { en: "high", zh: "严重" },
  medium: { en: "medium", zh: "中等" },
  low: { en: "low", zh: "较低" },
  negligible: { en: "negligible", zh: "可忽略" },
  unknown: { en: "unrated", zh: "未定级" },
};

const levels = {
  none: { en: "at all", zh: "任何级别" },
  low: { en: "above low", zh: "高于“较低”" },
  medium: { en: "above medium", zh: "高于“中等”" },
  high: { en: "above high", zh: "高于“严重”" },
} as const;

function counted(found: readonly (readonly [Severity, number])[]): Bilingual {
  const list = found.map(([severity, count]) => ({ count, name: severityNames[severity] }));
  return {
    en: list.map(({ count, name }) => `${count} ${name.en} ${count === 1 ? "CVE" : "CVEs"}`).join(", "),
    zh: list.map(({ count, name }) => `${count} 个${name.zh}漏洞`).join("、"),
  };
}

const unscannedStates = {
  never: { en: "nobody has scanned it", zh: "尚未扫描" },
  underWay: { en: "its scan is under way", zh: "正在扫描" },
  failed: { en: "its scan failed", zh: "扫描失败" },
  absent: { en: "Harbor does not hold it", zh: "Harbor 中没有该镜像" },
  elsewhere: { en: "it is not in this Harbor", zh: "不在该 Harbor 中" },
} as const satisfies Readonly<Record<string, Bilingual>>;

const faults: Readonly<Record<ImageFault, Bilingual>> = {
  empty: { en: "it is empty", zh: "为空" },
  uppercase: { en: "repository names are in lower case", zh: "仓库名称必须小写" },
  host: { en: "its host is none", zh: "主机部分无效" },
  path: { en: "its repository is none", zh: "仓库部分无效" },
  tag: { en: "its tag is none", zh: "标签无效" },
  digest: { en: "its digest is none", zh: "摘要无效" },
  long: { en: "it is too long", zh: "过长" },
  hexadecimal: {
    en: "64 hexadecimal digits are an image's id, not a name",
    zh: "64 位十六进制数是镜像 ID 而非名称",
  },
};
