import type { Document } from "../../../../model/document.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import type { Gathered } from "../../../../kinds/harbor-certificate/gathered.ts";
import { issuerKeyOf, readReplaced } from "../../../../kinds/harbor-certificate/replaced.ts";
import type { HarborCertificateSpec } from "../../../../kinds/harbor-certificate/schema.ts";
import type { Store } from "../../../../kinds/harbor-certificate/store.ts";
import { readCertificates } from "../../../../pki/certificate.ts";
import { checkSerialNumber } from "../../../../pki/crl.ts";
import { serialOf } from "../../../../pki/revocation-record.ts";
import { readBounded } from "../../../../pki/store.ts";
import type { Invocation } from "../../command.ts";
import { resolvePath } from "./options.ts";

/** A certificate that was named by its file or its number. */
export interface NamedCertificate {
  /** As it was named. */
  readonly of: string;
  readonly serialNumber: string;
  readonly notAfter?: string;
  /** Digest of the key of the CA that issued it; absent where nothing that is known here has the number. */
  readonly authority?: string;
  /** The client, or `server`, whose certificate in use it is. */
  readonly isOf?: string;
}

/**
 * What a command names by file and `--serial`, with what a document's CA knows of it.
 * @throws PKI_REVOKE_FOREIGN for a file of another CA, PKI_SERIAL_INVALID, PKI_*
 */
export async function namedCertificates(
  invocation: Invocation,
  document: Document<HarborCertificateSpec>,
  gathered: Gathered,
  store: Store,
): Promise<readonly NamedCertificate[]> {
  const known = await knownCertificates(document, gathered, store);
  const named: NamedCertificate[] = [];
  for (const path of invocation.arguments) {
    const text = await readBounded(resolvePath(invocation, path));
    const [leaf] = readCertificates(text.toString("latin1"), path);
    const authority = leaf && issuerKeyOf(leaf, gathered);
    if (leaf === undefined || authority === undefined)
      throw new MoorlineError("PKI_REVOKE_FOREIGN", {
        subject: path,
        parameters: { authority: document.metadata.name },
      });
    const serialNumber = serialOf(leaf.serialNumber);
    const { isOf } = known.get(serialNumber) ?? {};
    const notAfter = leaf.notAfter.toISOString();
    named.push({ of: path, serialNumber, authority, notAfter, ...(isOf !== undefined && { isOf }) });
  }
  for (const serial of invocation.options("serial")) {
    const serialNumber = serialOf(checkSerialNumber(serial));
    named.push({ ...known.get(serialNumber), of: serial, serialNumber });
  }
  return named;
}

/** Certificates in use, and those that they replaced, by number. */
async function knownCertificates(
  { metadata, spec }: Document<HarborCertificateSpec>,
  gathered: Gathered,
  store: Store,
): Promise<ReadonlyMap<string, Omit<NamedCertificate, "of" | "serialNumber">>> {
  const known = new Map<string, Omit<NamedCertificate, "of" | "serialNumber">>();
  for (const of of ["server", ...spec.clients.map((c) => c.name)])
    for (const { serialNumber, notAfter, authority } of await readReplaced(store, metadata.name, of))
      known.set(serialNumber, { notAfter, authority });
  for (const [of, pair] of gathered.pairs)
    for (const leaf of readCertificates(pair.certificate).slice(0, 1))
      known.set(serialOf(leaf.serialNumber), { isOf: of });
  return known;
}
