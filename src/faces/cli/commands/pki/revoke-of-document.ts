import type { Document } from "../../../../model/document.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { issuerOf } from "../../../../kinds/harbor-certificate/issuers/catalogue.ts";
import {
  recordRevocation,
  releaseRevocations,
  readRecord,
} from "../../../../kinds/harbor-certificate/revoke.ts";
import { gather } from "../../../../kinds/harbor-certificate/gather.ts";
import { issuerKeyOf } from "../../../../kinds/harbor-certificate/replaced.ts";
import { revokeReplaced } from "../../../../kinds/harbor-certificate/rotation.ts";
import {
  harborCertificateSchema,
  type HarborCertificateSpec,
} from "../../../../kinds/harbor-certificate/schema.ts";
import type { Store } from "../../../../kinds/harbor-certificate/store.ts";
import { readCertificates } from "../../../../pki/certificate.ts";
import { serialOf, type RecordedRevocation } from "../../../../pki/revocation-record.ts";
import { message, render, type Message } from "../../../../text/message.ts";
import type { Invocation } from "../../command.ts";
import { openSession, type Session } from "../../session.ts";
import { namedCertificates, type NamedCertificate } from "./named-certificates.ts";
import { answer } from "./show.ts";

type CertificateDocument = Document<HarborCertificateSpec>;

interface Outcome {
  readonly of: string;
  /** `unchecked`: effective, and nothing that is known here has that number. */
  readonly state: "waits" | "effective" | "unchecked" | "unchanged";
  readonly serials: readonly string[];
}

/**
 * Records revocations of a document's certificates where its CA is kept; `moorline apply` does the rest.
 * @throws PKI_REVOKE_NOTHING, PKI_REVOKE_DOCUMENT, PKI_REVOKE_FOREIGN, CERTIFICATE_NOT_ISSUED_YET
 */
export async function revokeOfDocument(
  invocation: Invocation,
  reason: RecordedRevocation["reason"],
): Promise<number> {
  const names = [...invocation.options("client"), ...(invocation.flag("server") ? ["server"] : [])];
  const isGiven = invocation.arguments.length > 0 || invocation.options("serial").length > 0;
  if (names.length === 0 && !isGiven)
    throw new MoorlineError("PKI_REVOKE_NOTHING", { subject: "moorline pki revoke -f" });
  await using session = await openSession(invocation);
  const document = chosen(invocation, session);
  const signal = invocation.io.signal;
  const store = await issuerOf(document.spec).openStore?.(document, session.world, signal);
  if (store === undefined) throw notThat(document.metadata.name);
  if (invocation.flag("replaced")) return revokeWhatWasReplaced(invocation, names, document, session, reason);
  const outcomes: Outcome[] = [];
  for (const of of names)
    outcomes.push(await revokeOne(of, { document, store, reason, session, invocation }));
  const gathered = await gather(document, session.world, signal);
  for (const one of await namedCertificates(invocation, document, gathered, store)) {
    if (one.isOf !== undefined)
      outcomes.push(await revokeOne(one.isOf, { document, store, reason, session, invocation }));
    else outcomes.push(await revokeNamed(one, store, reason, invocation));
  }
  answer(invocation, { document: document.metadata.name, revoked: outcomes }, () =>
    outcomes.map((o) => `${render(wordsFor(o), invocation.language)}\n`).join(""),
  );
  return 0;
}

/** Revokes, with the next list, what the certificates in use replaced, whichever CA that is still trusted issued it. */
async function revokeWhatWasReplaced(
  invocation: Invocation,
  names: readonly string[],
  document: CertificateDocument,
  { world }: Session,
  reason: RecordedRevocation["reason"],
): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const of of names) {
    const serials = await revokeReplaced(document, of, reason, world, invocation.io.signal);
    outcomes.push({ of, state: serials.length > 0 ? "effective" : "unchanged", serials });
  }
  answer(invocation, { document: document.metadata.name, revoked: outcomes }, () =>
    outcomes.map((o) => `${render(wordsFor(o), invocation.language)}\n`).join(""),
  );
  return 0;
}

function chosen(invocation: Invocation, session: Session): CertificateDocument {
  const name = invocation.option("document");
  const found = session.documents
    .filter((d): d is CertificateDocument => d.kind === harborCertificateSchema.kind)
    .filter((d) => name === undefined || d.metadata.name === name);
  const [document] = found;
  if (document === undefined || found.length > 1 || document.spec.crl === undefined)
    throw notThat(name ?? "HarborCertificate");
  if (document.spec.issuer.ownAuthority === undefined) throw notThat(document.metadata.name);
  return document;
}

const notThat = (subject: string): MoorlineError => new MoorlineError("PKI_REVOKE_DOCUMENT", { subject });

async function revokeOne(
  of: string,
  context: {
    readonly document: CertificateDocument;
    readonly store: Store;
    readonly reason: RecordedRevocation["reason"];
    readonly session: Session;
    readonly invocation: Invocation;
  },
): Promise<Outcome> {
  const { document, store, reason, session, invocation } = context;
  const { io } = invocation;
  const isNow = invocation.flag("now") || reason === "keyCompromise";
  const isWaiting = (await readRecord(store)).some((r) => r.waits === true && r.of === of);
  // What waits is meant, not the successor that took its place.
  if (isWaiting) {
    const serials = isNow ? await releaseRevocations(store, of) : [];
    return { of, state: isNow ? "effective" : "unchanged", serials };
  }
  const pair = await issuerOf(document.spec).pair(document, of, session.world, io.signal);
  const [leaf] = pair === undefined ? [] : readCertificates(pair.certificate);
  if (leaf === undefined)
    throw new MoorlineError("CERTIFICATE_NOT_ISSUED_YET", { subject: `${document.metadata.name} (${of})` });
  const serialNumber = serialOf(leaf.serialNumber);
  const authority = issuerKeyOf(leaf, await gather(document, session.world, io.signal));
  const isAdded = await recordRevocation(store, {
    serialNumber,
    at: io.clock.now().toISOString(),
    reason,
    notAfter: leaf.notAfter.toISOString(),
    of,
    ...(authority !== undefined && { authority }),
    ...(!isNow && { waits: true }),
  });
  return { of, state: isAdded ? (isNow ? "effective" : "waits") : "unchanged", serials: [serialNumber] };
}

/** With the next list: whoever names a certificate that is in use no more has no successor to wait for. */
async function revokeNamed(
  { of, serialNumber, notAfter, authority }: NamedCertificate,
  store: Store,
  reason: RecordedRevocation["reason"],
  { io }: Invocation,
): Promise<Outcome> {
  const isAdded = await recordRevocation(store, {
    serialNumber,
    at: io.clock.now().toISOString(),
    reason,
    ...(notAfter !== undefined && { notAfter }),
    ...(authority !== undefined && { authority }),
  });
  const state = authority === undefined ? "unchecked" : "effective";
  return { of, state: isAdded ? state : "unchanged", serials: [serialNumber] };
}

function wordsFor({ of, state, serials }: Outcome): Message {
  const words = { of, serials: serials.join(", ") || "-" };
  if (state === "waits") return message("pki.revocationWaits", words);
  if (state === "unchecked") return message("pki.revocationUnchecked", words);
  return state === "effective"
    ? message("pki.revocationRecorded", words)
    : message("pki.revocationUnchanged", { of });
}
