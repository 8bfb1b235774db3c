import { dirname } from "node:path/posix";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { RunContext } from "../../engine/kind.ts";
import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { authorityCertificate, createAuthority, type Authority } from "../../pki/authority.ts";
import { issueCrl, readCrl } from "../../pki/crl.ts";
import { exportPrivateKey } from "../../pki/key.ts";
import { issueClient, issueServer } from "../../pki/leaf.ts";
import type { World } from "../world.ts";
import { ownerAnnotation, pathsOf, secretType, wantedData, wantedFiles } from "./contents.ts";
import { gather, requireUsable, type Gathered } from "./gather.ts";
import { packPair, type IssuedPair } from "./pair.ts";
import { readPassphrase } from "./passphrase.ts";
import { serialOf } from "./plan-issue.ts";
import type { CertificateAction } from "./action.ts";
import type { HarborCertificateSpec } from "./schema.ts";
import { entries, openStore, type Store } from "./store.ts";

type Context = RunContext<HarborCertificateSpec, World>;

/** Field manager of the Secrets that are delivered: of them we own what we set, and nothing else. */
const fieldManager = "moorline-harbor-certificate";

/** Carries out one step. What is there already is found again and not made twice. */
export async function run(action: CertificateAction, context: Context): Promise<void> {
  switch (action.type) {
    case "create-authority":
      return makeAuthority(context);
    case "issue":
      return issue(action.of, context);
    case "issue-crl":
      return issueList(context);
    case "deliver-files":
      return deliverFiles(action.index, context);
    case "deliver-secret":
      return deliverSecret(action.index, context);
    case "remove-files":
      return removeFiles(action.index, context);
    case "remove-secret":
      return removeSecret(action.index, context);
    case "remove-pair":
      return (await storeOf(context)).remove(entries.pair(context.document.metadata.name, action.of));
  }
}

async function storeOf({ document, world, signal }: Context): Promise<Store> {
  const own = document.spec.issuer.ownAuthority;
  if (own === undefined) throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  return openStore(own, document.source.directory, world, signal);
}

async function makeAuthority(context: Context): Promise<void> {
  const { document, world } = context;
  const own = document.spec.issuer.ownAuthority;
  if (own === undefined) return;
  const passphrase = own.passphrase && (await readPassphrase(own.passphrase, document, world));
  const authority = await createAuthority({
    commonName: own.commonName,
    keyType: own.keyType,
    validityDays: own.validityDays,
    pathLength: 0,
    ...(own.nameConstraints !== undefined && { nameConstraints: own.nameConstraints }),
    now: world.clock.now(),
    randomBytes: (length) => world.random.bytes(length),
  });
  const key = await exportPrivateKey(authority.key, passphrase, (length) => world.random.bytes(length));
  const packed = new Sensitive(key.reveal() + authority.certificatePem);
  await (await storeOf(context)).write(entries.authority, packed, "absent");
}

/** The CA, which a step before this one made. */
function authorityIn(gathered: Gathered, { document }: Context): { store: Store; authority: Authority } {
  const { store, authority } = gathered;
  if (store === undefined || authority === undefined)
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: nameOf(document) });
  return { store, authority };
}

async function issue(of: string, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const { spec } = document;
  const { store, authority } = authorityIn(await gather(document, world, signal), context);
  const now = world.clock.now();
  const client = spec.clients.find((c) => c.name === of);
  const common = {
    keyType: spec.keyType,
    validityDays: lifeWithin(authority, client?.validityDays ?? spec.validityDays, now),
    now,
    crlUrls: spec.crl?.urls ?? [],
    randomBytes: (length: number) => world.random.bytes(length),
  };
  const leaf =
    of === "server"
      ? await issueServer(authority, { ...common, dnsNames: spec.hosts, ipAddresses: spec.ipAddresses })
      : await issueClient(authority, { ...common, commonName: client?.commonName ?? of });
  const pair: IssuedPair = { certificate: leaf.chainPem, privateKey: leaf.privateKeyPem };
  // Verified in memory before it takes the place of one that works.
  requireUsable(document, of, pair, authority.rootPem ?? authority.certificatePem, now);
  await store.write(entries.pair(document.metadata.name, of), packPair(pair));
}

/** A certificate can not outlive its CA: near the CA's end it lives shorter. */
function lifeWithin(authority: Authority, days: number, now: Date): number {
  const left = authorityCertificate(authority).notAfter.getTime() - now.getTime();
  return Math.max(1, Math.min(days, Math.floor(left / 86_400_000)));
}

async function issueList(context: Context): Promise<void> {
  const { document, world, signal } = context;
  const { crl } = document.spec;
  if (crl === undefined) return;
  const gathered = await gather(document, world, signal);
  const { store, authority } = authorityIn(gathered, context);
  const now = world.clock.now();
  const before = gathered.crl === undefined ? 0n : (readCrl(gathered.crl).number ?? 0n);
  const pem = await issueCrl(authority, {
    number: before + 1n,
    revoked: crl.revoked.map((r) => ({
      serialNumber: serialOf(r.serialNumber),
      date: new Date(r.at),
      reason: "unspecified",
    })),
    now,
    nextUpdate: new Date(now.getTime() + crl.validityDays * 86_400_000),
  });
  await store.write(entries.crl, new Sensitive(pem));
}

/** The pair to deliver, verified once more: nothing broken is put over what works. */
function verified(gathered: Gathered, of: string, { document, world }: Context): void {
  const pair = gathered.pairs.get(of);
  if (pair === undefined || gathered.trust === undefined)
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: nameOf(document) });
  requireUsable(document, of, pair, gathered.trust, world.clock.now());
}

async function deliverFiles(index: number, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const delivery = document.spec.deliver.files[index];
  if (delivery === undefined) return;
  const gathered = await gather(document, world, signal);
  verified(gathered, delivery.of, context);
  const files = (await wantedFiles(delivery, gathered, document, world)) ?? [];
  for (const { path, bytes, ...attributes } of files) {
    const found = await world.host.readFile(path);
    const { mode, uid = found?.uid, gid = found?.gid } = attributes;
    if (found?.bytes.equals(bytes) === true && found.mode === mode && found.uid === uid && found.gid === gid)
      continue;
    await world.host.makeDirectory(dirname(path), 0o755);
    await world.host.writeFile(path, bytes, { ...attributes, keepOwner: true });
  }
}

async function deliverSecret(index: number, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const delivery = document.spec.deliver.secrets[index];
  if (delivery === undefined) return;
  const gathered = await gather(document, world, signal);
  verified(gathered, delivery.of, context);
  const { namespace, name, takeOver } = delivery;
  const client = await world.kubernetes();
  const found = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  const owner = found?.metadata.annotations?.[ownerAnnotation];
  if (found !== undefined && owner !== document.metadata.name && !takeOver)
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: `Secret/${namespace}/${name}` });
  const resourceVersion = found?.metadata.resourceVersion;
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace, name, annotations: { [ownerAnnotation]: document.metadata.name } },
    type: secretType,
    data: wantedData(delivery, gathered),
  };
  await client.apply(resources.secrets, secret, {
    signal,
    fieldManager,
    force: true,
    ...(resourceVersion !== undefined && { resourceVersion }),
  });
}

async function removeFiles(index: number, { document, world, signal }: Context): Promise<void> {
  const delivery = document.spec.deliver.files[index];
  if (delivery === undefined) return;
  const gathered = await gather(document, world, signal);
  const wanted = await wantedFiles(delivery, gathered, document, world);
  for (const path of pathsOf(delivery)) {
    const found = await world.host.readFile(path);
    const ours = wanted?.find((w) => w.path === path);
    // Only what is still as it was delivered: a file that somebody put there since is theirs.
    if (found !== undefined && ours !== undefined && found.bytes.equals(ours.bytes))
      await world.host.remove(path);
  }
}

async function removeSecret(index: number, { document, world, signal }: Context): Promise<void> {
  const delivery = document.spec.deliver.secrets[index];
  if (delivery === undefined) return;
  const { namespace, name } = delivery;
  const client = await world.kubernetes();
  const found = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  if (found?.metadata.annotations?.[ownerAnnotation] !== document.metadata.name) return;
  const { uid } = found.metadata;
  await client.delete(resources.secrets, { namespace, name }, { signal, ...(uid !== undefined && { uid }) });
}
