import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { authorityCertificate } from "../../pki/authority.ts";
import { readCertificates } from "../../pki/certificate.ts";
import { readCrl } from "../../pki/crl.ts";
import { describeCertificate } from "../../pki/inspect.ts";
import { keyTypes } from "../../pki/key.ts";
import { verifyChain } from "../../pki/verify.ts";
import type { World } from "../world.ts";
import {
  ownerAnnotation,
  pathsOf,
  secretType,
  wantedData,
  wantedFiles,
  type WantedFile,
} from "./contents.ts";
import { gather, type CertificateDocument, type Gathered } from "./gather.ts";
import type { CopyState, ObservedCertificate, ObservedCopy, ObservedPair } from "./observed.ts";
import { digestOf, type IssuedPair } from "./pair.ts";
import type { SecretDelivery } from "./schema-delivery.ts";

/** Reads what exists. @throws as `gather`, and HOST_*, KUBERNETES_* for the places of delivery */
export async function observe(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedCertificate> {
  const gathered = await gather(document, world, signal);
  const { authority, trust, store, crl } = gathered;
  const top = authority === undefined ? undefined : authorityCertificate(authority);
  const root = trust === undefined ? undefined : readCertificates(trust)[0];
  const shown = top ?? root;
  const observedCrl = crl === undefined ? undefined : observeCrl(crl, gathered);
  return {
    ...(shown !== undefined && {
      authority: {
        name: shown.subject.text,
        digest: digestOf(shown.der),
        notAfter: shown.notAfter.toISOString(),
      },
    }),
    pairs: Object.fromEntries(
      [...gathered.pairs].map(([of, pair]) => [of, describePair(of, pair, trust ?? "")]),
    ),
    ...(observedCrl !== undefined && { crl: observedCrl }),
    files: await observeFiles(document, gathered, world),
    secrets: await observeSecrets(document, gathered, world, signal),
    exposed: (await store?.exposed()) ?? [],
    store: store?.name ?? "",
  };
}

function describePair(of: string, pair: IssuedPair, trust: string): ObservedPair {
  const chain = [...readCertificates(pair.certificate), ...(trust === "" ? [] : readCertificates(trust))];
  const [leaf] = chain as [(typeof chain)[number]];
  const described = describeCertificate(leaf);
  // Judged at a moment when all of them had begun, so that what is observed does not change with the time.
  const now = new Date(Math.max(...chain.map((c) => c.notBefore.getTime())) + 1000);
  const { algorithm, bits, curve } = described.key;
  const keyName = `${algorithm}_${(curve ?? String(bits)).replace("-", "")}`;
  const keyType = keyTypes.find((type) => type === keyName);
  const purpose = of === "server" ? "server" : "client";
  return {
    digest: digestOf(pair.certificate),
    notBefore: leaf.notBefore.toISOString(),
    notAfter: leaf.notAfter.toISOString(),
    commonName: described.commonName ?? "",
    dnsNames: described.dnsNames,
    ipAddresses: described.ipAddresses,
    ...(keyType !== undefined && { keyType }),
    verifies: verifyChain({ chainPem: pair.certificate, trustedPem: trust, purpose, now }).ok,
  };
}

function observeCrl(pem: string, { authority }: Gathered): ObservedCertificate["crl"] {
  if (authority === undefined) return undefined;
  const list = readCrl(pem);
  return {
    thisUpdate: list.thisUpdate.toISOString(),
    nextUpdate: (list.nextUpdate ?? list.thisUpdate).toISOString(),
    number: String(list.number ?? 0n),
    serials: list.revoked.map((r) => r.serialNumber).sort(),
    signed: list.isSignedBy(authorityCertificate(authority)),
  };
}

async function observeFiles(
  document: CertificateDocument,
  gathered: Gathered,
  world: World,
): Promise<readonly ObservedCopy[]> {
  const copies: ObservedCopy[] = [];
  for (const delivery of document.spec.deliver.files) {
    const wanted = await wantedFiles(delivery, gathered, document, world);
    for (const path of pathsOf(delivery)) {
      const file = wanted?.find((w) => w.path === path);
      copies.push({ at: path, state: await stateOfFile(path, file, world) });
    }
  }
  return copies;
}

async function stateOfFile(path: string, wanted: WantedFile | undefined, world: World): Promise<CopyState> {
  const found = await world.host.readFile(path);
  if (found === undefined) return "absent";
  const same =
    wanted !== undefined &&
    found.bytes.equals(wanted.bytes) &&
    found.mode === wanted.mode &&
    (wanted.uid ?? found.uid) === found.uid &&
    (wanted.gid ?? found.gid) === found.gid;
  return same ? "same" : "differs";
}

async function observeSecrets(
  document: CertificateDocument,
  gathered: Gathered,
  world: World,
  signal: AbortSignal,
): Promise<readonly ObservedCopy[]> {
  const { secrets } = document.spec.deliver;
  if (secrets.length === 0) return [];
  const client = await world.kubernetes();
  return Promise.all(
    secrets.map(async (delivery) => {
      const { namespace, name } = delivery;
      const found = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
      const state = stateOfSecret(found, delivery, document.metadata.name, wantedData(delivery, gathered));
      return { at: `${namespace}/${name}`, state };
    }),
  );
}

function stateOfSecret(
  found: Secret | undefined,
  { takeOver }: SecretDelivery,
  document: string,
  wanted: Readonly<Record<string, string>> | undefined,
): CopyState {
  if (found === undefined) return "absent";
  const isOurs = found.metadata.annotations?.[ownerAnnotation] === document;
  if (found.type !== secretType || (!isOurs && !takeOver)) return "foreign";
  const same =
    isOurs &&
    wanted !== undefined &&
    Object.entries(wanted).every(([key, value]) => found.data?.[key] === value);
  return same ? "same" : "differs";
}
