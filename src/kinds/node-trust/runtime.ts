import type { Host } from "../../clients/host/host.ts";
import type { ClientCertificate } from "../../clients/http/tls-options.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import type { NodeRecord } from "./record.ts";
import type { RuntimeName } from "./schema.ts";

/** A file as it must be; its bytes may be a key. */
export interface WantedFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** One runtime, and what its files must be. */
export interface Runtime {
  readonly name: RuntimeName;
  /** Its folder for this registry. */
  readonly folder: string;
  readonly files: readonly WantedFile[];
  /** Authorities of ours from before that the bundle still holds. */
  readonly formerAuthorities: number;
  /** The bundle without them. */
  readonly bundle?: WantedFile;
  /** Files of ours that nothing names any more. */
  readonly obsolete: readonly string[];
  /** Why nothing can be done for it. */
  readonly conflicts: readonly string[];
  /** The file that switches its CRI off, so that no kubelet uses it. */
  readonly criDisabledBy?: string;
  /** The configuration with config_path set, where it is not yet. */
  readonly config?: WantedFile;
}

/** Whether anything may be written for it. */
export const isUsable = ({
  conflicts,
  criDisabledBy,
}: Pick<Runtime, "conflicts" | "criDisabledBy">): boolean =>
  conflicts.length === 0 && criDisabledBy === undefined;

/** What the node is to trust, and what it was made to trust before. */
export interface Wish {
  readonly host: string;
  readonly ca: string | undefined;
  readonly client: ClientCertificate | undefined;
  readonly record: NodeRecord;
}

/**
 * The authorities of a bundle: ours, those that somebody else put into the same file, and, until ours have been proved,
 * those that we wrote before.
 */
export async function bundleFor(
  path: string,
  { ca, record }: Wish,
  host: Host,
): Promise<{ now: WantedFile; final: WantedFile; former: number } | undefined> {
  if (ca === undefined) return undefined;
  const there = (await host.readFile(path))?.bytes.toString("utf8") ?? "";
  const ours = readCertificates(ca).map(certificatePem);
  const others = (there.includes("BEGIN ") ? readCertificates(there, path) : [])
    .map(certificatePem)
    .filter((pem) => !ours.includes(pem));
  const isFormer = (pem: string): boolean => record.authorities.includes(digestOf(pem));
  const former = others.filter(isFormer);
  const file = (pems: readonly string[]): WantedFile => ({ path, text: pems.join(""), mode: 0o644 });
  const kept = others.filter((pem) => !isFormer(pem));
  return { now: file([...ours, ...kept, ...former]), final: file([...ours, ...kept]), former: former.length };
}
