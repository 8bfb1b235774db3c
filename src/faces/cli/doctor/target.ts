import { MoorlineError } from "../../../model/errors.ts";

/** What the doctor is asked about. */
export type Target =
  | { readonly kind: "pod" | "node" | "project" | "registry"; readonly name: string }
  | { readonly kind: "image"; readonly image: string }
  | { readonly kind: "everything" };

// RFC 1123 names, as Kubernetes asks of pods, nodes and namespaces; also those of documents.
const objectName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
// `host`, `host:port`, `[IPv6]:port`, or the name of a document.
const registryName = /^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]{0,252})(:\d{1,5})?$/;

/**
 * Reads `pod NAME`, `node NAME`, `project NAME`, `registry HOST`, `image REF`, each also as `kind/NAME`, or nothing.
 * @throws DOCTOR_TARGET
 */
export function parseTarget(words: readonly string[]): Target {
  if (words.length === 0) return { kind: "everything" };
  const [first = "", second, ...more] = words;
  const slash = first.indexOf("/");
  const [kind, name] = slash > 0 ? [first.slice(0, slash), first.slice(slash + 1)] : [first, second];
  const isWhole = name !== undefined && name !== "" && (slash > 0 ? second === undefined : more.length === 0);
  if (isWhole)
    switch (kind) {
      case "image":
        return { kind, image: name };
      case "registry":
        // People copy addresses from their browsers.
        if (registryName.test(hostOf(name))) return { kind, name: hostOf(name) };
        break;
      case "pod":
      case "node":
      case "project":
        if (objectName.test(name)) return { kind, name };
        break;
    }
  throw new MoorlineError("DOCTOR_TARGET", { subject: words.join(" ") });
}

const hostOf = (name: string): string => name.replace(/^https:\/\//, "").replace(/\/$/, "");
