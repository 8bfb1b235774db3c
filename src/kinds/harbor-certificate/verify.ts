import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Proof } from "../../engine/kind.ts";
import { nameOf } from "../../model/document.ts";
import { describeError, isError } from "../../model/errors.ts";
import { message } from "../../text/message.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { World } from "../world.ts";
import { gather, pairNames, requireUsable, type CertificateDocument, type Gathered } from "./gather.ts";
import { observe } from "./observe.ts";
import { requirePair, type IssuedPair } from "./pair.ts";

/** Proves that what lies where it is used verifies for every name, with its own key and against the CA. */
export async function verify(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const gathered = await gather(document, world, signal);
  const { deliver } = document.spec;
  const proofs: Proof[] = [];
  const prove = async (
    of: string,
    subject: string,
    read: () => Promise<IssuedPair | undefined>,
  ): Promise<void> => {
    proofs.push(await proveOne(document, gathered, of, subject, read, world));
  };
  for (const of of pairNames(document.spec))
    await prove(of, gathered.store?.name ?? nameOf(document), () => Promise.resolve(gathered.pairs.get(of)));
  for (const { of, certificate, privateKey } of deliver.files)
    if (certificate !== undefined && privateKey !== undefined)
      await prove(of, certificate, () => readFiles(certificate, privateKey, world));
  for (const { of, namespace, name } of deliver.secrets)
    await prove(of, `Secret/${namespace}/${name}`, () => readSecret({ namespace, name }, world, signal));
  return [...proofs, ...(await proveCopies(document, world, signal))];
}

async function proveOne(
  document: CertificateDocument,
  { trust }: Gathered,
  of: string,
  subject: string,
  read: () => Promise<IssuedPair | undefined>,
  world: World,
): Promise<Proof> {
  const title = message("harborCertificate.proofVerifies", { of });
  try {
    const pair = await read();
    if (pair === undefined || trust === undefined)
      return { title, subject, ok: false, detail: message("harborCertificate.missing") };
    requireUsable(document, of, pair, trust, world.clock.now());
    const names = of === "server" ? [...document.spec.hosts, ...document.spec.ipAddresses].join(", ") : of;
    return { title, subject, ok: true, detail: message("harborCertificate.verifies", { names }) };
  } catch (thrown) {
    if (
      !isError(
        thrown,
        "CERTIFICATE_NOT_USABLE",
        "PKI_KEY_MISMATCH",
        "PKI_NOT_PEM",
        "PKI_CERTIFICATE_MISSING",
        "PKI_KEY_MISSING",
      )
    )
      throw thrown;
    const reason = { en: describeError(thrown, "en").what, zh: describeError(thrown, "zh-CN").what };
    return { title, subject, ok: false, detail: message("harborCertificate.because", { reason }) };
  }
}

async function readFiles(certificate: string, key: string, { host }: World): Promise<IssuedPair | undefined> {
  const [first, second] = await Promise.all([host.readFile(certificate), host.readFile(key)]);
  if (first === undefined || second === undefined) return undefined;
  return requirePair(first.bytes.toString("utf8"), new Sensitive(second.bytes.toString("utf8")), certificate);
}

async function readSecret(
  at: { readonly namespace: string; readonly name: string },
  world: World,
  signal: AbortSignal,
): Promise<IssuedPair | undefined> {
  const secret = await (await world.kubernetes()).get<Secret>(resources.secrets, at, signal);
  const [certificate, key] = ["tls.crt", "tls.key"].map((k) => secret?.data?.[k]);
  if (certificate === undefined || key === undefined) return undefined;
  const decoded = (value: string): string => Buffer.from(value, "base64").toString("utf8");
  return requirePair(decoded(certificate), new Sensitive(decoded(key)), `Secret/${at.namespace}/${at.name}`);
}

/** Files hold what they should, with the mode and owner that the document says. */
async function proveCopies(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const { files, secrets } = await observe(document, world, signal);
  const title = message("harborCertificate.proofCopies");
  const wrong = [...files, ...secrets].filter((c) => c.state !== "same").map((c) => c.at);
  if (files.length + secrets.length === 0) return [];
  const subject = nameOf(document);
  return wrong.length === 0
    ? [
        {
          title,
          subject,
          ok: true,
          detail: message("harborCertificate.copiesHold", { count: files.length + secrets.length }),
        },
      ]
    : [
        {
          title,
          subject,
          ok: false,
          detail: message("harborCertificate.copiesDiffer", { places: wrong.join(", ") }),
        },
      ];
}
