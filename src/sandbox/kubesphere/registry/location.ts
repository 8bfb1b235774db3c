/** Where a key of `auths` leads ks-apiserver. */
export interface RegistryLocation {
  readonly host: string;
  /** Plain HTTP is tried only where the key says http. */
  readonly allowsPlainHttp: boolean;
}

const dockerHub = "index.docker.io";

/**
 * Reads a key of `auths` as Go's url.Parse and go-containerregistry do: without a scheme there is no host, and no host means
 * Docker Hub (facts/kubesphere.md §2.3).
 * @throws Error in Go's words, for keys that are no URL
 */
export function locate(key: string): RegistryLocation {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(key)?.[1];
  const rest = scheme === undefined ? key : key.slice(scheme.length + 1);
  if (scheme === undefined && /^[^/]*:/.test(key)) {
    throw new Error(`parse "${key}": first path segment in URL cannot contain colon`);
  }
  const authority = rest.startsWith("//") ? (rest.slice(2).split(/[/?#]/)[0] ?? "") : "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return { host: host === "" ? dockerHub : host, allowsPlainHttp: scheme === "http" };
}

/** The registry and the rest of an image reference; a first part without dot, colon or "localhost" is Docker Hub's. */
export function splitReference(reference: string): { readonly registry: string; readonly rest: string } {
  const slash = reference.indexOf("/");
  const first = slash === -1 ? "" : reference.slice(0, slash);
  if (/[.:]/.test(first) || first === "localhost")
    return { registry: first, rest: reference.slice(slash + 1) };
  return { registry: dockerHub, rest: slash === -1 ? `library/${reference}` : reference };
}

/** The repository and the tag or digest of what follows the registry. */
export function splitTag(rest: string): { readonly repository: string; readonly tag: string } {
  const at = rest.indexOf("@");
  if (at !== -1) return { repository: rest.slice(0, at).replace(/:[^/]*$/, ""), tag: rest.slice(at + 1) };
  const colon = rest.lastIndexOf(":");
  return colon > rest.lastIndexOf("/")
    ? { repository: rest.slice(0, colon), tag: rest.slice(colon + 1) }
    : { repository: rest, tag: "latest" };
}

/** Loopback and RFC 1918 addresses, for which go-containerregistry falls back to plain HTTP. */
export function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return (
    /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(name) ||
    name === "localhost" ||
    name === "[::1]" ||
    name.endsWith(".local")
  );
}
