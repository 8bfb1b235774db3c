import { isDigest } from "../../../clients/registry/reference.ts";

/** An image's name as a container runtime reads it, in full. */
export interface ImageName {
  /** `docker.io` where none is written. */
  readonly host: string;
  /** Without the host; Docker Hub's own images are below `library/`. */
  readonly path: string;
  /** As they are written: `:1.2`, `@sha256:…`, both or nothing. */
  readonly suffix: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Why a text is no image name. */
export type ImageFault = "empty" | "uppercase" | "host" | "path" | "tag" | "digest" | "long" | "hexadecimal";

export type ParsedImage = ImageName | { readonly fault: ImageFault };

// The grammar of github.com/distribution/reference, whose ParseNormalizedNamed kubelets and runtimes use.
const host =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagGrammar = /^\w[\w.-]{0,127}$/;
const longestPath = 255;
const longestText = 1000;

/** Reads an image's name with everything that Docker adds by itself. */
export function parseImage(text: string): ParsedImage {
  if (text === "") return { fault: "empty" };
  if (text.length > longestText) return { fault: "long" };
  // Taken for an image's id by Docker, and therefore no name.
  if (/^[a-f0-9]{64}$/.test(text)) return { fault: "hexadecimal" };
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) return { fault: "digest" };
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const tag = tagged ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagGrammar.test(tag)) return { fault: "tag" };
  const split = splitHost(tagged ? named.slice(0, colon) : named);
  if (!host.test(split.host)) return { fault: "host" };
  if (split.path.length > longestPath) return { fault: "long" };
  if (!split.path.split("/").every((part) => component.test(part))) {
    return { fault: split.path === split.path.toLowerCase() ? "path" : "uppercase" };
  }
  return { ...split, suffix: text.slice(tagged ? colon : named.length), tag, digest };
}

/** What stands before the first slash is a host if it looks like one; else all of it is Docker Hub's (splitDockerDomain). */
function splitHost(name: string): { readonly host: string; readonly path: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHost = slash >= 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const found = isHost ? first : "docker.io";
  const path = isHost ? name.slice(slash + 1) : name;
  if (found !== "docker.io" && found !== "index.docker.io") return { host: found, path };
  return { host: "docker.io", path: path.includes("/") ? path : `library/${path}` };
}

/** `host/path`, by which rules choose images. */
export const fullName = ({ host: of, path }: ImageName): string => `${of.toLowerCase()}/${path}`;

/** Whether a name lies below a prefix, by whole components: `quay.io/team` holds `quay.io/team/app`, not `quay.io/teams`. */
export function isBelow(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && (name.length === prefix.length || name[prefix.length] === "/");
}

export interface Rewrite {
  readonly from: string;
  readonly to: string;
}

/**
 * An image's name as the rules have it.
 * @returns the text itself where no rule fits; what a rule made fits none again
 */
export function rewriteImage(text: string, rules: readonly Rewrite[]): string {
  if (rules.length === 0) return text;
  const image = parseImage(text);
  if ("fault" in image) return text;
  const name = fullName(image);
  if (rules.some(({ to }) => isBelow(name, to))) return text;
  let best: Rewrite | undefined;
  for (const rule of rules) {
    const fits = isBelow(name, hubName(rule.from));
    if (fits && rule.from.length > (best?.from.length ?? -1)) best = rule;
  }
  if (best === undefined) return text;
  return `${best.to}${name.slice(hubName(best.from).length)}${image.suffix}`;
}

const hubName = (prefix: string): string => prefix.replace(/^index\.docker\.io(?=\/|$)/, "docker.io");
