import { existsSync } from "node:fs";
import { authorityCertificate, type Authority } from "../../../../pki/authority.ts";
import { isSignedBy, readCertificates, type Certificate } from "../../../../pki/certificate.ts";
import { checkSerialNumber, issueCrl, readCrl, revocationReasons } from "../../../../pki/crl.ts";
import {
  nextNumber,
  nextRevoked,
  readRevocations,
  revocationEntries,
  revocationsText,
  serialOf,
  withRevocation,
  type RecordedRevocation,
} from "../../../../pki/revocation-record.ts";
import { readBounded, writePrivate, writePublic } from "../../../../pki/store.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { clusterOptions, inputOption, outputOption } from "../../options.ts";
import { caPassphraseOptions, openAuthority } from "./authority-files.ts";
import { caOption, numberOf, pathIn, resolvePath } from "./options.ts";
import { revokeOfDocument } from "./revoke-of-document.ts";
import { textOf } from "./pki-crl.ts";
import { answer } from "./show.ts";

export const pkiRevoke: Command = {
  name: "pki revoke",
  summary: { en: "Revoke certificates of a CA.", zh: "吊销某个 CA 签发的证书。" },
  description: {
    en: "With --ca, for a folder that `moorline pki ca` made: by file, serial number or name; the new list is written at once. A certificate of another CA is refused; a bare serial number can not be checked.\n\nWith -f, for a HarborCertificate with a CA of its own: the revocation is recorded where the CA is kept, and the next `moorline apply` issues a successor and delivers the list. The old certificate is accepted until you say --now, so that nobody is locked out before the successor is in use; keyCompromise takes effect with the next list, and whoever still presents the certificate is refused. A file or --serial names one that need not be in use any more: it is refused from the next list on, and a bare serial number that nothing here has can not be checked. Doing it twice changes nothing.",
    zh: "使用 --ca 时，针对 `moorline pki ca` 创建的目录：可按文件、序列号或名称吊销，并立即写出新列表。不是该 CA 签发的证书会被拒绝；仅有序列号时无法核对。\n\n使用 -f 时，针对采用自建 CA 的 HarborCertificate：吊销记录保存在 CA 所在位置，下次 `moorline apply` 会先签发新证书再分发列表。在指定 --now 之前旧证书仍被接受，以免新证书启用前客户端被拒；keyCompromise 会随下一份列表立即生效，仍出示该证书的客户端将被拒绝。也可用文件或 --serial 指定已不再使用的证书：从下一份列表起拒绝；此处无对应证书的序列号无法核对。重复执行不会产生变化。",
  },
  arguments: [
    {
      name: "CERTIFICATE",
      optional: true,
      variadic: true,
      description: { en: "Certificate files.", zh: "证书文件。" },
    },
  ],
  options: [
    caOption,
    {
      name: "serial",
      value: "SERIAL",
      repeatable: true,
      description: { en: "Serial number, in hexadecimal.", zh: "序列号（十六进制）。" },
    },
    {
      name: "name",
      value: "NAME",
      repeatable: true,
      description: {
        en: "NAME.crt in the authority's folder or in the current one.",
        zh: "机构目录或当前目录中的 NAME.crt。",
      },
    },
    { ...inputOption },
    {
      name: "document",
      value: "NAME",
      description: {
        en: "The HarborCertificate, where there are several.",
        zh: "HarborCertificate 的名称。",
      },
    },
    {
      name: "client",
      value: "NAME",
      repeatable: true,
      description: { en: "Client of the document.", zh: "文档中的客户端证书名称。" },
    },
    { name: "server", description: { en: "The document's server certificate.", zh: "文档的服务器证书。" } },
    {
      name: "replaced",
      description: {
        en: "With -f: not the certificate in use, but those that it replaced and that have not ended, of the current CA or the previous one.",
        zh: "配合 -f：不吊销正在使用的证书，而是吊销已被其替换且未到期的证书（由当前或旧 CA 签发）。",
      },
    },
    {
      name: "now",
      description: {
        en: "Take effect with the next list, also what waits for its successor.",
        zh: "随下一份列表生效，包括等待新证书启用的吊销。",
      },
    },
    {
      name: "reason",
      value: "REASON",
      choices: revocationReasons,
      default: "unspecified",
      description: { en: "Why they are revoked.", zh: "吊销原因。" },
    },
    {
      name: "days",
      value: "NUMBER",
      default: "7",
      description: {
        en: "Days until the list ends (with --ca).",
        zh: "列表有效天数（配合 --ca）。",
      },
    },
    ...caPassphraseOptions,
    ...clusterOptions,
    outputOption,
  ],
  examples: [
    {
      command: "moorline pki revoke node-1.crt --ca nodes --reason keyCompromise",
      explanation: { en: "A node was broken into.", zh: "某个节点已被入侵。" },
    },
    {
      command: "moorline pki revoke -f docs/ --document harbor --client nodes",
      explanation: { en: "A document's client certificate.", zh: "文档中的客户端证书。" },
    },
    {
      command: "moorline pki revoke -f docs/ --document harbor --serial 0a1b2c --reason keyCompromise",
      explanation: {
        en: "One that was seen somewhere, by its number.",
        zh: "按序列号吊销在别处发现的证书。",
      },
    },
  ],
  run: (invocation) =>
    invocation.options("filename").length > 0
      ? revokeOfDocument(invocation, reasonOf(invocation))
      : revokeInFolder(invocation),
};

const reasonOf = (invocation: Invocation): RecordedRevocation["reason"] =>
  revocationReasons.find((r) => r === invocation.option("reason")) ?? "unspecified";

async function revokeInFolder(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const authority = await openAuthority(invocation);
  const asked = await askedFor(invocation, authority);
  if (asked.length === 0) throw new MoorlineError("PKI_REVOKE_NOTHING", { subject: "moorline pki revoke" });
  const paths = {
    list: pathIn(invocation, "ca", "ca.crl"),
    record: pathIn(invocation, "ca", revocationEntries.record),
    number: pathIn(invocation, "ca", revocationEntries.number),
  };
  const before = readRevocations(await textOf(paths.record), paths.record);
  const after = asked.reduce(withRevocation, before);
  const text = await textOf(paths.list);
  const last = text === undefined ? undefined : readCrl(text, paths.list);
  if (last?.isSignedBy(authorityCertificate(authority)) === false)
    throw new MoorlineError("PKI_CRL_FOREIGN", { subject: paths.list });
  const known = new Set((last?.revoked ?? []).map((r) => serialOf(r.serialNumber)));
  const now = io.clock.now();
  const revoked = nextRevoked(last, after);
  const added = revoked.filter((r) => !known.has(r.serialNumber));
  const number = nextNumber(last, await textOf(paths.number));
  const nextUpdate = new Date(now.getTime() + (numberOf(invocation, "days") ?? 7) * 86_400_000);
  // Said already, by a list that is good for a while: nothing to do.
  const isDone = added.length === 0 && last?.nextUpdate !== undefined && last.nextUpdate > now;
  const pem = isDone ? undefined : await issueCrl(authority, { number, revoked, now, nextUpdate });
  if (after !== before) await writePrivate(paths.record, Buffer.from(revocationsText(after)));
  if (pem !== undefined) {
    await writePublic(paths.number, `${number}\n`);
    await writePublic(paths.list, pem);
  }
  const said = {
    path: paths.list,
    number: String(isDone ? (last.number ?? 0n) : number),
    nextUpdate: (isDone ? (last.nextUpdate ?? now) : nextUpdate).toISOString(),
  };
  answer(invocation, { ...said, added, revoked }, () => {
    const words = isDone
      ? message("pki.revokedAlready", { path: said.path, number: said.number })
      : message("pki.crlWritten", { ...said, added: added.length, count: revoked.length });
    return `${render(words, language)}\n`;
  });
  return 0;
}

async function askedFor(
  invocation: Invocation,
  authority: Authority,
): Promise<readonly RecordedRevocation[]> {
  const common = { at: invocation.io.clock.now().toISOString(), reason: reasonOf(invocation) };
  const files = [
    ...invocation.arguments,
    ...invocation.options("name").map((name) => {
      const inFolder = pathIn(invocation, "ca", `${name}.crt`);
      return existsSync(inFolder) ? inFolder : `${name}.crt`;
    }),
  ];
  const read = await Promise.all(
    files.map(async (path) => {
      const leaf = await leafIn(resolvePath(invocation, path), path, authority);
      return {
        ...common,
        serialNumber: serialOf(leaf.serialNumber),
        notAfter: leaf.notAfter.toISOString(),
        of: path,
      };
    }),
  );
  const serials = invocation.options("serial").map((serial) => serialOf(checkSerialNumber(serial)));
  return [...read, ...serials.map((serialNumber) => ({ ...common, serialNumber }))];
}

/** @throws MoorlineError PKI_REVOKE_FOREIGN */
async function leafIn(path: string, shown: string, authority: Authority): Promise<Certificate> {
  const [leaf] = readCertificates((await readBounded(path)).toString("latin1"), shown);
  const issuer = authorityCertificate(authority);
  if (leaf === undefined || !isSignedBy(leaf, issuer))
    throw new MoorlineError("PKI_REVOKE_FOREIGN", {
      subject: shown,
      parameters: { authority: issuer.subject.text },
    });
  return leaf;
}
