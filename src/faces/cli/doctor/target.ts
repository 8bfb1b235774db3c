import { MoorlineError } from "../../../model/errors.ts";

/** What the doctor is asked about. */
export type Target =
  | { readonly kind: "pod"; readonly name: string }
  | { readonly kind: "image"; readonly image: string }
  | { readonly kind: "everything" };

/**
 * Reads `pod NAME`, `pod/NAME`, `image REF`, or nothing.
 * @throws DOCTOR_TARGET
 */
export function parseTarget(words: readonly string[]): Target {
  if (words.length === 0) return { kind: "everything" };
  const [first = "", ...rest] = words;
  const [kind, name] = first.startsWith("pod/") ? ["pod", first.slice(4)] : [first, rest[0] ?? ""];
  const isWhole = name !== "" && words.length === (first.startsWith("pod/") ? 1 : 2);
  // RFC 1123 names, as Kubernetes asks of pods.
  if (isWhole && kind === "pod" && /^[a-z0-9][a-z0-9.-]{0,252}$/.test(name)) return { kind: "pod", name };
  if (isWhole && kind === "image") return { kind: "image", image: name };
  throw new MoorlineError("DOCTOR_TARGET", { subject: words.join(" ") });
}
