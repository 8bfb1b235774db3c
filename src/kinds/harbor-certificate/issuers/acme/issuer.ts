import { openAccount } from "../../../../clients/acme/account.ts";
import { obtain } from "../../../../clients/acme/obtain.ts";
import type { Identifier } from "../../../../clients/acme/resources.ts";
import { certificatePem, readCertificates } from "../../../../pki/certificate.ts";
import { createRequest } from "../../../../pki/certificate-request.ts";
import { exportPrivateKey, generateKey } from "../../../../pki/key.ts";
import { message } from "../../../../text/message.ts";
import type { World } from "../../../world.ts";
import type { CertificateContext, CertificateStep } from "../../action.ts";
import type { CertificateDocument, Gathered } from "../../gathered.ts";
import { requirePair, type IssuedPair } from "../../pair.ts";
import { issue as issueAsUsual } from "../../plan-issue.ts";
import type { HarborCertificateSpec } from "../../schema.ts";
import { entries, openStore, type Store } from "../../store.ts";
import { readPair, readPairs } from "../../store-pairs.ts";
import type { Issued, Issuer, Preparation } from "../issuer.ts";
import { renewalFindings } from "./findings.ts";
import { acmeEntries, endingOrders, keepOrder, keptOrder, type KeptOrder } from "./order-state.ts";
import type { Acme } from "./schema.ts";
import { accountOptions, openSession } from "./session.ts";
import { openSolver } from "./solvers.ts";
import { acmeTrust } from "./trust.ts";

/** Certificates from an ACME server (RFC 8555), for the server alone. */
export function acmeIssuer(acme: Acme): Issuer {
  const open = (document: CertificateDocument, world: World, signal: AbortSignal): Promise<Store> =>
    openAcmeStore(acme, document, world, signal);
  return {
    openStore: open,
    gather: (document, world, signal) => gatherKept(acme, document, world, signal),
    trust: async (document, world, signal) => {
      const pair = await readPair(await open(document, world, signal), document.metadata.name, "server");
      return acmeTrust(acme, document, pair?.certificate, world, signal);
    },
    pair: async (document, of, world, signal) =>
      readPair(await open(document, world, signal), document.metadata.name, of),
    observe: async (document, world, signal) => {
      const store = await open(document, world, signal);
      return { acme: { hasAccount: (await store.read(acmeEntries.account)) !== undefined } };
    },
    findings: renewalFindings,
    prepare: (_document, observed): Preparation => ({
      steps: observed.acme?.hasAccount === true ? [] : [accountStep(acme, observed.store)],
      isStuck: false,
    }),
    runPreparation: (_action, context) => makeAccount(acme, context),
    planIssue: (document, observed, of, now, after) =>
      issueAsUsual(document, observed, of, now, after).map((step) => ({
        ...step,
        title: orderTitle(acme, document),
      })),
    issue: (_of, context) => issue(acme, context),
  };
}

async function openAcmeStore(
  acme: Acme,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Store> {
  const { name } = document.metadata;
  const store = await openStore(acme, document.source.directory, world, signal);
  return endingOrders(store, name, (entry) => entry === entries.pair(name, "server"));
}

async function gatherKept(
  acme: Acme,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  const store = await openAcmeStore(acme, document, world, signal);
  const pairs = await readPairs(store, document);
  const trust = await acmeTrust(acme, document, pairs.get("server")?.certificate, world, signal);
  return { store, pairs, ...(trust !== undefined && { trust }) };
}

/** How long the certificate lasts is the server's to say. */
const orderTitle = ({ server }: Acme, { spec }: CertificateDocument) =>
  message("acme.order", {
    names: [...spec.hosts, ...spec.ipAddresses].join(", "),
    server: new URL(server).host,
  });

function accountStep({ server, contacts }: Acme, store: string): CertificateStep {
  return {
    id: "account",
    change: "create",
    title: message("acme.createAccount", {
      server: new URL(server).host,
      contacts: contacts.join(", ") || "-",
    }),
    target: store,
    reason: message("acme.becauseNoAccount"),
    after: [],
    action: { type: "create-account" },
  };
}

/** The key is kept before the server hears of it, so that no account is made that nobody can use. */
async function makeAccount(acme: Acme, context: CertificateContext): Promise<void> {
  const store = await openAcmeStore(acme, context.document, context.world, context.signal);
  if ((await store.read(acmeEntries.account)) === undefined) {
    const key = await exportPrivateKey(await generateKey("ECDSA_P256"));
    await store.write(acmeEntries.account, key, "absent");
  }
  await openAccount(await openSession(acme, store, context), await accountOptions(acme, context));
}

const identifiersOf = ({ hosts, ipAddresses }: HarborCertificateSpec): readonly Identifier[] => [
  ...[...new Set(hosts)].map((value) => ({ type: "dns", value })),
  ...[...new Set(ipAddresses)].map((value) => ({ type: "ip", value })),
];

async function issue(acme: Acme, context: CertificateContext): Promise<Issued> {
  const { document, world, signal } = context;
  const { spec, metadata } = document;
  const store = await openAcmeStore(acme, document, world, signal);
  const identifiers = identifiersOf(spec);
  const names = identifiers.map((i) => i.value).join(" ");
  const purpose = { server: acme.server, names, keyType: spec.keyType };
  const kept = await keptOrder(store, metadata.name, purpose);
  const current = (await readPairs(store, document)).get("server");
  // An order of which the pair that is in use came is done, though a power cut left it here.
  const resumed = kept?.keyPem.reveal() === current?.privateKey.reveal() ? undefined : kept;
  const place = (from: KeptOrder | undefined): Promise<IssuedPair> =>
    placed(acme, store, context, identifiers, from, (url, key) =>
      keepOrder(store, metadata.name, purpose, url, key),
    );
  const pair = await place(resumed);
  const fresh = resumed !== undefined && isDue(pair, spec, world.clock.now()) ? await place(undefined) : pair;
  const trust = await acmeTrust(acme, document, fresh.certificate, world, signal);
  return { ...fresh, ...(trust !== undefined && { trust }) };
}

/** An order that lay for long may have brought a certificate that is old by now. */
function isDue({ certificate }: IssuedPair, { renewAfter }: HarborCertificateSpec, now: Date): boolean {
  const [leaf] = readCertificates(certificate, "the certificate");
  if (leaf === undefined) return true;
  const [begin, end] = [leaf.notBefore.getTime(), leaf.notAfter.getTime()];
  return now.getTime() >= begin + (end - begin) * renewAfter;
}

async function placed(
  acme: Acme,
  store: Store,
  context: CertificateContext,
  identifiers: readonly Identifier[],
  resumed: KeptOrder | undefined,
  keep: (url: string, keyPem: KeptOrder["keyPem"]) => Promise<void>,
): Promise<IssuedPair> {
  const { spec } = context.document;
  const key = resumed?.key ?? (await generateKey(spec.keyType));
  const keyPem = resumed?.keyPem ?? (await exportPrivateKey(key));
  const session = await openSession(acme, store, context);
  await using solver = await openSolver(acme.challenge, context);
  const chain = await obtain(session, {
    account: await accountOptions(acme, context),
    identifiers,
    solver,
    csr: () => createRequest(key, { dnsNames: spec.hosts, ipAddresses: spec.ipAddresses }),
    ...(acme.preferredChain !== undefined && { preferredChain: acme.preferredChain }),
    ...(resumed !== undefined && { resume: resumed.url }),
    onOrder: (url) => keep(url, keyPem),
  });
  const subject = session.name;
  const certificates = readCertificates(chain, subject).map(certificatePem).join("");
  return requirePair(certificates, keyPem, subject);
}
