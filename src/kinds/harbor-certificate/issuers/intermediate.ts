import { Sensitive } from "../../../model/sensitive.ts";
import { finding, type Finding } from "../../../model/finding.ts";
import { certificatePem, isSelfIssued, readCertificates } from "../../../pki/certificate.ts";
import { readCrl } from "../../../pki/crl.ts";
import { exportPrivateKey, generateKey, importPrivateKey } from "../../../pki/key.ts";
import { createAuthorityRequest, readRequest, requestDigest } from "../../../pki/request.ts";
import { message } from "../../../text/message.ts";
import type { World } from "../../world.ts";
import { day, type CertificateContext } from "../action.ts";
import type { CertificateDocument, Gathered } from "../gathered.ts";
import type { ObservedCertificate, ObservedIntermediate } from "../observed.ts";
import { readPassphrase } from "../passphrase.ts";
import type { OwnAuthority } from "../schema-issuer.ts";
import { entries, openStore, type Store } from "../store.ts";
import { readPairs } from "../store-pairs.ts";
import type { Issuer, Preparation } from "./issuer.ts";

/**
 * The same issuer, over a store that holds an intermediate and never its root's key: what it cannot do by itself, and only
 * somebody with the root can, is asked for in so many words.
 */
export function withRootOffline(own: OwnAuthority, issuer: Issuer): Issuer {
  const open = (document: CertificateDocument, world: World, signal: AbortSignal): Promise<Store> =>
    openStore(own, document.source.directory, world, signal);
  return {
    ...issuer,
    gather: async (document, world, signal) => {
      const store = await open(document, world, signal);
      if (!(await hasCertificate(store))) return { store, pairs: await readPairs(store, document) };
      return withRootList(store, await issuer.gather(document, world, signal));
    },
    // Nodes trust the root alone: intermediates come with each certificate.
    trust: async (document, world, signal) => {
      const kept = await (await open(document, world, signal)).read(entries.certificate);
      const all = kept === undefined ? [] : readCertificates(kept.reveal());
      const roots = all.filter(isSelfIssued);
      return roots.length === 0 ? undefined : roots.map(certificatePem).join("");
    },
    observe: async (document, world, signal) => ({
      intermediate: await observe(await open(document, world, signal)),
    }),
    findings,
    prepare: (document, observed, now) => prepare(issuer, document, observed, now),
    runPreparation: (_action, context) => request(own, context),
  };
}

const hasCertificate = async (store: Store): Promise<boolean> =>
  (await store.read(entries.certificate)) !== undefined ||
  (await store.read(entries.authority)) !== undefined;

/** nginx and openssl's -crl_check_all want a list of every authority in the chain (facts/harbor.md §3.3). */
async function withRootList(store: Store, gathered: Gathered): Promise<Gathered> {
  const list = await store.read(entries.rootList);
  if (gathered.crl === undefined || list === undefined) return gathered;
  return { ...gathered, crl: `${gathered.crl.trimEnd()}\n${list.reveal().trim()}\n` };
}

async function observe(store: Store): Promise<ObservedIntermediate> {
  const kept = (await store.read(entries.authority)) ?? (await store.read(entries.certificate));
  const certificates = kept === undefined ? [] : readCertificates(kept.reveal(), store.name);
  const root = certificates.find(isSelfIssued);
  const list = await store.read(entries.rootList);
  const asked = await store.read(entries.request);
  const until = list === undefined ? undefined : readCrl(list.reveal(), entries.rootList).nextUpdate;
  const own = certificates.find((c) => c !== root);
  return {
    isAsked: asked !== undefined,
    ...(asked !== undefined && { request: requestDigest(readRequest(asked.reveal())) }),
    isRoot: certificates.length > 0 && own === undefined,
    isCertified: own !== undefined,
    ...(own !== undefined && {
      notBefore: own.notBefore.toISOString(),
      notAfter: own.notAfter.toISOString(),
    }),
    ...(root !== undefined && { root: { name: root.subject.text, notAfter: root.notAfter.toISOString() } }),
    hasRootList: list !== undefined,
    ...(until !== undefined && { rootListUntil: until.toISOString() }),
  };
}

function prepare(
  issuer: Issuer,
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): Preparation {
  const { intermediate } = observed;
  if (intermediate === undefined) return { steps: [], isStuck: true };
  if (intermediate.isRoot || (intermediate.isCertified && intermediate.root === undefined))
    return { steps: [], isStuck: true };
  if (intermediate.isCertified)
    return issuer.prepare?.(document, observed, now) ?? { steps: [], isStuck: false };
  const own = document.spec.issuer.ownAuthority;
  const steps = intermediate.isAsked
    ? []
    : [
        {
          id: "authority-request",
          change: "create" as const,
          title: message("intermediate.request", { name: own?.commonName ?? "" }),
          target: observed.store,
          reason: message("harborCertificate.becauseNoAuthority"),
          after: [],
          action: { type: "request-authority" as const },
        },
      ];
  return { steps, isStuck: true };
}

/** Makes the key and its request; a key that is there stays, whatever became of its request. */
async function request(own: OwnAuthority, { document, world, signal }: CertificateContext): Promise<void> {
  const store = await openStore(own, document.source.directory, world, signal);
  const passphrase = own.passphrase && (await readPassphrase(own.passphrase, document, world));
  const there = await store.read(entries.key);
  const key =
    there === undefined
      ? await generateKey(own.keyType)
      : await importPrivateKey(there, passphrase, `${store.name}/${entries.key}`);
  if (there === undefined) {
    const pem = await exportPrivateKey(key, passphrase, (length) => world.random.bytes(length));
    await store.write(entries.key, pem, "absent");
  }
  const pem = await createAuthorityRequest(key, { commonName: own.commonName });
  await store.write(entries.request, new Sensitive(pem));
}

function findings(
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): readonly Finding[] {
  const { intermediate, store } = observed;
  if (intermediate === undefined) return [];
  const { root, notAfter, notBefore } = intermediate;
  const days = Math.min(document.spec.issuer.ownAuthority?.validityDays ?? 0, 1825);
  if (intermediate.isRoot) return [finding("ROOT_KEY_ONLINE", store)];
  if (!intermediate.isCertified)
    return intermediate.isAsked
      ? [finding("INTERMEDIATE_TO_SIGN", store, { digest: intermediate.request ?? "-", days })]
      : [];
  if (root === undefined) return [finding("INTERMEDIATE_WITHOUT_ROOT", store)];
  const found: Finding[] = [];
  const [begin, end] = [Date.parse(notBefore ?? ""), Date.parse(notAfter ?? "")];
  const left = end - now.getTime();
  const { validityDays, renewAfter } = document.spec;
  if (left < validityDays * day || now.getTime() >= begin + (end - begin) * renewAfter)
    found.push(
      finding(
        "INTERMEDIATE_DUE",
        store,
        { notAfter: notAfter ?? "-", days },
        left < day ? "error" : "warning",
      ),
    );
  if (Date.parse(root.notAfter) - now.getTime() < 365 * day)
    found.push(finding("ROOT_ENDS_SOON", root.name, { notAfter: root.notAfter }));
  return [...found, ...listFindings(document, intermediate, store, now)];
}

/** A month: whoever has the root must be found, and brought to it. */
function listFindings(
  { spec }: CertificateDocument,
  { hasRootList, rootListUntil, root }: ObservedIntermediate,
  store: string,
  now: Date,
): readonly Finding[] {
  if (spec.crl === undefined) return [];
  const evidence = { root: root?.name ?? "-", until: rootListUntil ?? "-" };
  if (!hasRootList) return [finding("ROOT_LIST_MISSING", store, evidence)];
  const left = Date.parse(rootListUntil ?? "") - now.getTime();
  if (left >= 30 * day) return [];
  return [finding("ROOT_LIST_ENDS_SOON", store, evidence, left < 7 * day ? "error" : "warning")];
}
