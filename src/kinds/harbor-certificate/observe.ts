import { authorityCertificate } from "../../pki/authority.ts";
import { readCertificates } from "../../pki/certificate.ts";
import { describeCertificate } from "../../pki/inspect.ts";
import { keyTypes } from "../../pki/key.ts";
import { verifyChain } from "../../pki/verify.ts";
import type { World } from "../world.ts";
import { observeRevocation } from "./crl.ts";
import { deliveries } from "./deliveries/catalogue.ts";
import { gather } from "./gather.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";
import { issuerOf } from "./issuers/catalogue.ts";
import type { ObservedCertificate, ObservedPair } from "./observed.ts";
import { digestOf, type IssuedPair } from "./pair.ts";
import { readPairsRequest } from "./rotation-request.ts";

/** Reads what exists. @throws as `gather`, and HOST_*, KUBERNETES_* for the places of delivery */
export async function observe(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedCertificate> {
  const gathered = await gather(document, world, signal);
  const { authority, trust, store } = gathered;
  const top = authority === undefined ? undefined : authorityCertificate(authority);
  const root = trust === undefined ? undefined : readCertificates(trust)[0];
  const shown = top ?? root;
  const revocation = await observeRevocation(gathered);
  const issuing = await issuerOf(document.spec).observe?.(document, world, signal);
  const requested = await requestedPairs(document, gathered);
  const delivered = await Promise.all(
    deliveries.map((delivery) => delivery.observe({ document, gathered, world, signal })),
  );
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
    ...revocation,
    ...(requested.length > 0 && { requested }),
    files: [],
    secrets: [],
    exposed: (await store?.exposed()) ?? [],
    store: store?.name ?? "",
    ...issuing,
    ...Object.assign({}, ...delivered),
  };
}

/** Pairs that are still the ones that somebody asked to be replaced. */
async function requestedPairs(
  { metadata }: CertificateDocument,
  { store, pairs }: Gathered,
): Promise<readonly string[]> {
  if (store === undefined) return [];
  const replace = await readPairsRequest(store, metadata.name);
  return [...pairs].filter(([of, pair]) => replace[of] === digestOf(pair.certificate)).map(([of]) => of);
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
