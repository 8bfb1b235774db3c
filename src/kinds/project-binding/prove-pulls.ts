import type { Proof } from "../../engine/kind.ts";
import type { Credential } from "../../clients/harbor/credential.ts";
import { describeError, fromUnknown, isError } from "../../model/errors.ts";
import { message } from "../../text/message.ts";
import type { ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { Gathered } from "./gather.ts";
import { harborProjectOf } from "./harbor-project.ts";
import type { ObservedNamespace } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** Pulls cost several requests each, and what a token grants was asked for every project already. */
const mostPulls = 3;
const absentTag = "moorline-proof-of-absence";

interface Image {
  /** With its project: `team-a/app`. */
  readonly repository: string;
  readonly digest: string;
}

/** For some projects: a manifest read as a kubelet reads it, and a 404 for a tag that does not exist. */
export async function provePulls(
  bound: readonly ObservedNamespace[],
  { credentials, harbor }: Gathered,
  spec: ProjectBindingSpec,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const proofs: Proof[] = [];
  const images = new Map<string, Image | undefined>();
  for (const namespace of bound) {
    if (proofs.length >= mostPulls * 2) break;
    const project = harborProjectOf(spec, namespace.name);
    const credential = credentials.get(namespace.name)?.credential;
    if (project === undefined || credential === undefined) continue;
    if (!images.has(project)) images.set(project, await anyImage(project, harbor, signal));
    const image = images.get(project);
    if (image !== undefined) proofs.push(...(await provePull(image, credential, harbor, signal)));
    if (images.size >= mostPulls) break;
  }
  return proofs;
}

/** Some image of a project; undefined where there is none, or the administrator's account may not look. */
async function anyImage(
  project: string,
  { harbor }: ConnectedHarbor,
  signal: AbortSignal,
): Promise<Image | undefined> {
  try {
    for await (const { name: repository, artifact_count: count } of harbor.content.repositories(
      project,
      signal,
    )) {
      if (count === 0) continue;
      const short = repository.slice(project.length + 1);
      for await (const { digest } of harbor.content.artifacts(project, short, signal))
        return { repository, digest };
    }
  } catch (thrown) {
    if (!isError(thrown, "HARBOR_FORBIDDEN", "HARBOR_NOT_FOUND")) throw thrown;
  }
  return undefined;
}

async function provePull(
  { repository, digest }: Image,
  credential: Credential,
  harbor: ConnectedHarbor,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const registry = harbor.registry(credential);
  const title = message("projectBinding.proofPull");
  const subject = `${harbor.host}/${repository}@${digest}`;
  const absent = `${harbor.host}/${repository}:${absentTag}`;
  const pulled = await attempt(() => registry.resolve(repository, digest, signal));
  // Harbor's own policies (an image not scanned, not signed) refuse with 412 whom the credential lets in.
  const policy = isError(pulled, "REGISTRY_DENIED");
  const missing = await attempt(() => registry.resolve(repository, absentTag, signal));
  return [
    {
      title,
      subject,
      ok: pulled === undefined || policy,
      detail:
        pulled === undefined ? message("projectBinding.provedPull", { digest }) : unproved(pulled, subject),
    },
    {
      title: message("projectBinding.proofMissingTag"),
      subject: absent,
      ok: isError(missing, "REGISTRY_NOT_FOUND"),
      detail: isError(missing, "REGISTRY_NOT_FOUND")
        ? message("projectBinding.provedMissingTag")
        : unproved(missing, absent),
    },
  ];
}

/** @returns what was thrown, or undefined */
async function attempt(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

function unproved(thrown: unknown, subject: string): Proof["detail"] {
  if (thrown === undefined)
    return message("projectBinding.unproved", { reason: { en: "it is there", zh: "该标签存在" } });
  const error = fromUnknown(thrown, subject);
  const reason = { en: describeError(error, "en").what, zh: describeError(error, "zh-CN").what };
  return message("projectBinding.unproved", { reason });
}
