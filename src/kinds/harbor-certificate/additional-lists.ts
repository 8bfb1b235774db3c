import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { authorityChain, authorityCertificate } from "../../pki/authority.ts";
import { certificateLabels, readCertificates, type Certificate } from "../../pki/certificate.ts";
import { readCrl } from "../../pki/crl.ts";
import { crlLimits, pemBlocks } from "../../pki/pem.ts";
import type { Bilingual } from "../../text/language.ts";
import { readSource } from "../shared/source.ts";
import type { World } from "../world.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";

/** Lists of other CAs that a document adds. */
export interface AdditionalLists {
  /** PEM of those that are valid, each once; `""` for none. */
  readonly pem: string;
  /** Those that have ended: they are left out, and told of. */
  readonly over: readonly { readonly issuer: string; readonly nextUpdate: string }[];
}

/**
 * Reads the lists that a document adds to those of its CA: each must be signed by a CA that is known, which is one that is
 * trusted here or one whose certificate stands in the same file.
 * @param authorities that are trusted here
 * @throws CERTIFICATE_LIST_REFUSED, TRUST_SOURCE_MISSING, PKI_*
 */
export async function readAdditionalLists(
  document: CertificateDocument,
  authorities: readonly Certificate[],
  world: World,
): Promise<AdditionalLists> {
  const now = world.clock.now();
  const texts = new Set<string>();
  const over: AdditionalLists["over"][number][] = [];
  for (const path of document.spec.crl?.additional ?? []) {
    const { text, subject } = await readSource(path, document.source.directory, world);
    const refuse = (reason: Bilingual): MoorlineError =>
      new MoorlineError("CERTIFICATE_LIST_REFUSED", { subject, parameters: { reason } });
    const blocks = pemBlocks(text, subject, crlLimits);
    const beside = blocks.some((b) => certificateLabels.has(b.label)) ? readCertificates(text, subject) : [];
    const lists = blocks.filter((b) => /^(X509 )?CRL$/.test(b.label));
    if (lists.length === 0) throw refuse({ en: "it holds no revocation list", zh: "其中没有吊销列表" });
    for (const block of lists) {
      const list = readCrl(block.text, subject);
      const issuer = list.issuer.text;
      const named = [...authorities, ...beside].filter((ca) => ca.subject.text === issuer);
      if (named.length === 0)
        throw refuse({
          en: `its issuer ${issuer} is not known; put that CA's certificate into the same file`,
          zh: `未知的签发者 ${issuer}；请将该 CA 的证书放入同一文件`,
        });
      if (!named.some((ca) => list.isSignedBy(ca)))
        throw refuse({ en: `${issuer} did not sign it`, zh: `签名不是由 ${issuer} 生成` });
      if (list.criticalExtensions.length > 0)
        throw refuse({ en: "it is not a complete list of its CA", zh: "不是该 CA 的完整吊销列表" });
      const { nextUpdate } = list;
      if (nextUpdate !== undefined && nextUpdate <= now)
        over.push({ issuer, nextUpdate: nextUpdate.toISOString() });
      else texts.add(`${block.text.trim()}\n`);
    }
  }
  return { pem: [...texts].join(""), over };
}

/** What was gathered, with the lists that the document adds. @throws as {@link readAdditionalLists} */
export async function withAdditionalLists(
  gathered: Gathered,
  document: CertificateDocument,
  world: World,
): Promise<Gathered> {
  const { crl, authority, trust = "" } = gathered;
  if ((document.spec.crl?.additional ?? []).length === 0 || authority === undefined) return gathered;
  const known = [...authorityChain(authority), ...(trust === "" ? [] : readCertificates(trust))];
  const { pem, over } = await readAdditionalLists(document, known, world);
  const own = authorityCertificate(authority);
  const lists = pem === "" ? [] : pemBlocks(pem, nameOf(document), crlLimits);
  if (lists.some(({ text }) => readCrl(text).isSignedBy(own)))
    throw new MoorlineError("CERTIFICATE_LIST_REFUSED", {
      subject: nameOf(document),
      parameters: {
        reason: {
          en: `${own.subject.text} issues its list here, and no other may stand beside it`,
          zh: `${own.subject.text} 的吊销列表由此处签发，不能再附加另一份`,
        },
      },
    });
  if (crl === undefined) return gathered;
  const isThere = (text: string): boolean => crl.includes(text.trim());
  const more = lists.filter(({ text }) => !isThere(text)).map(({ text }) => `${text.trim()}\n`);
  return { ...gathered, crl: `${crl.trimEnd()}\n${more.join("")}`, listsOver: over };
}
