import { MoorlineError } from "../../model/errors.ts";

/** An image's full name. */
export interface ImageReference {
  /** host or host:port */
  readonly registry: string;
  /** Path without host: `team-a/app`. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** What to ask the registry for: the digest where there is one, else the tag, else `latest`. */
  readonly reference: string;
}

/** distribution-spec "Pulling manifests": the grammar of names, references and digests. */
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagGrammar = /^\w[\w.-]{0,127}$/;
const digestGrammar = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
const hostGrammar = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;

/**
 * Reads `host[:port]/repository[:tag][@digest]`. The host must be there: what Docker adds by itself is not meant here.
 * @throws REGISTRY_REFERENCE_INVALID
 */
export function parseImageReference(text: string): ImageReference {
  const invalid = invalidReference(text.slice(0, 600));
  if (text.length > 600) throw invalid("it is longer than 600 characters");
  const slash = text.indexOf("/");
  if (slash < 0) throw invalid("it names no registry host");
  const registry = text.slice(0, slash);
  if (!hostGrammar.test(registry) || !/[.:]|^localhost$/.test(registry)) {
    throw invalid(`"${registry}" is not a registry host`);
  }
  const [beforeDigest = "", digest, ...tooMany] = text.slice(slash + 1).split("@");
  if (tooMany.length > 0) throw invalid("it has more than one @");
  if (digest !== undefined && !isDigest(digest)) throw invalid(`"${digest}" is not a digest`);
  const colon = beforeDigest.indexOf(":");
  const repository = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  if (!isRepository(repository)) throw invalid(`"${repository}" is not a repository name`);
  if (tag !== undefined && !tagGrammar.test(tag)) throw invalid(`"${tag}" is not a tag`);
  return { registry, repository, tag, digest, reference: digest ?? tag ?? "latest" };
}

export function isDigest(text: string): boolean {
  return digestGrammar.test(text);
}

function isRepository(text: string): boolean {
  return text.length <= 255 && text.split("/").every((part) => component.test(part));
}

/**
 * Guards a path: what fits the grammar holds no dots that climb, no escapes, no query.
 * @throws REGISTRY_REFERENCE_INVALID
 */
export function checkRepository(repository: string): string {
  if (isRepository(repository)) return repository;
  throw invalidReference(repository)("it is not a repository name");
}

/** @throws REGISTRY_REFERENCE_INVALID */
export function checkReference(reference: string): string {
  if (isDigest(reference) || tagGrammar.test(reference)) return reference;
  throw invalidReference(reference)("it is neither a tag nor a digest");
}

/** @throws REGISTRY_REFERENCE_INVALID */
export function checkDigest(digest: string): string {
  if (isDigest(digest)) return digest;
  throw invalidReference(digest)("it is not a digest");
}

function invalidReference(subject: string): (reason: string) => MoorlineError {
  return (reason) => new MoorlineError("REGISTRY_REFERENCE_INVALID", { subject, parameters: { reason } });
}
