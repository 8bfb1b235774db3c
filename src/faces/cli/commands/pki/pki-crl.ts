import { existsSync } from "node:fs";
import { authorityCertificate } from "../../../../pki/authority.ts";
import {
  checkSerialNumber,
  issueCrl,
  readCrl,
  revocationReasons,
  type Revocation,
  type RevocationList,
} from "../../../../pki/crl.ts";
import {
  nextNumber,
  nextRevoked,
  readRevocations,
  revocationEntries,
} from "../../../../pki/revocation-record.ts";
import { inspectCertificate } from "../../../../pki/inspect.ts";
import { readBounded, writePublic } from "../../../../pki/store.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { caPassphraseOptions, openAuthority } from "./authority-files.ts";
import { caOption, numberOf, pathIn, resolvePath } from "./options.ts";
import { answer } from "./show.ts";

export const pkiCrl: Command = {
  name: "pki crl",
  summary: { en: "Revoke certificates, and issue the revocation list.", zh: "吊销证书并签发吊销列表。" },
  description: {
    en: "Takes over what the list in the file says already, adds what is revoked now, and writes the next list with the next number. Without anything to revoke it renews the list: do that well before its next update, since servers refuse every client once it has passed.",
    zh: "保留文件中已有的吊销记录，加入新吊销的证书，以下一个编号写出新列表。没有要吊销的证书时则续签列表：请在下次更新时间之前完成，一旦过期，服务器会拒绝所有客户端。",
  },
  options: [
    caOption,
    {
      name: "revoke",
      value: "SERIAL",
      repeatable: true,
      description: { en: "Serial number to revoke, in hexadecimal.", zh: "要吊销的序列号（十六进制）。" },
    },
    {
      name: "certificate",
      value: "PATH",
      repeatable: true,
      description: { en: "Certificate to revoke.", zh: "要吊销的证书文件。" },
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
      description: { en: "Days until the next update.", zh: "距下次更新的天数。" },
    },
    {
      name: "file",
      value: "PATH",
      description: {
        en: "The list; otherwise ca.crl in the authority's folder.",
        zh: "列表文件；默认为机构目录下的 ca.crl。",
      },
    },
    ...caPassphraseOptions,
    outputOption,
  ],
  examples: [
    {
      command: "moorline pki crl --ca nodes --certificate node-1.crt --reason keyCompromise",
      explanation: { en: "A node was broken into.", zh: "某个节点已被入侵。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const file = invocation.option("file");
    const path = file === undefined ? pathIn(invocation, "ca", "ca.crl") : resolvePath(invocation, file);
    const authority = await openAuthority(invocation);
    const before = await listBefore(path, (list) => list.isSignedBy(authorityCertificate(authority)));
    const now = io.clock.now();
    const added = await newlyRevoked(invocation, before, now);
    const recordPath = pathIn(invocation, "ca", revocationEntries.record);
    const numberPath = pathIn(invocation, "ca", revocationEntries.number);
    // With --file it is another list, numbered by itself.
    const recorded = file === undefined ? readRevocations(await textOf(recordPath), recordPath) : [];
    const revoked = nextRevoked(before, recorded, added);
    const number = nextNumber(before, file === undefined ? await textOf(numberPath) : undefined);
    const nextUpdate = new Date(now.getTime() + (numberOf(invocation, "days") ?? 7) * 86_400_000);
    // Signed before the number is taken: what is refused takes none.
    const pem = await issueCrl(authority, { number, revoked, now, nextUpdate });
    if (file === undefined) await writePublic(numberPath, `${number}\n`);
    await writePublic(path, pem);
    answer(invocation, { path, number: number.toString(), nextUpdate, added, revoked }, () => {
      const parameters = {
        path,
        number: number.toString(),
        added: added.length,
        count: revoked.length,
        nextUpdate: nextUpdate.toISOString(),
      };
      return `${render(message("pki.crlWritten", parameters), language)}\n`;
    });
    return 0;
  },
};

/** A file of the authority's folder, where it is there. */
export const textOf = async (path: string): Promise<string | undefined> =>
  existsSync(path) ? (await readBounded(path)).toString("latin1") : undefined;

/** @throws MoorlineError PKI_CRL_FOREIGN: a list that this authority did not sign must not be continued */
async function listBefore(
  path: string,
  isOurs: (list: RevocationList) => boolean,
): Promise<RevocationList | undefined> {
  if (!existsSync(path)) return undefined;
  const list = readCrl((await readBounded(path)).toString("latin1"), path);
  if (!isOurs(list)) throw new MoorlineError("PKI_CRL_FOREIGN", { subject: path });
  return list;
}

async function newlyRevoked(
  invocation: Invocation,
  before: RevocationList | undefined,
  date: Date,
): Promise<readonly Revocation[]> {
  const fromFiles = await Promise.all(
    invocation.options("certificate").map(async (path) => {
      const bytes = await readBounded(resolvePath(invocation, path));
      return inspectCertificate(bytes, path).serialNumber;
    }),
  );
  const reason = revocationReasons.find((r) => r === invocation.option("reason")) ?? "unspecified";
  const serials = [...invocation.options("revoke").map(checkSerialNumber), ...fromFiles].map(withoutZeros);
  const already = new Set((before?.revoked ?? []).map((r) => r.serialNumber));
  return [...new Set(serials)]
    .filter((serialNumber) => !already.has(serialNumber))
    .map((serialNumber) => ({ serialNumber, date, reason }));
}

/** As certificates and lists are read: without leading zero octets. */
const withoutZeros = (serial: string): string => serial.replace(/^(00)+(?=..)/, "");
