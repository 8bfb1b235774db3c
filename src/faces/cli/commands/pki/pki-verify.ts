import { rootCertificates } from "node:tls";
import { Sensitive } from "../../../../model/sensitive.ts";
import { ipToBytes } from "../../../../pki/ip.ts";
import { keyFileFindings, readBounded } from "../../../../pki/store.ts";
import { verifyChain, type VerifyOptions } from "../../../../pki/verify.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { outputOption } from "../../options.ts";
import { certificatesFrom } from "./certificates-from.ts";
import { resolvePath } from "./options.ts";
import { opening, passphraseOptions } from "./passphrase.ts";
import { answer, findingsJson, findingsText } from "./show.ts";

const ofKey = { en: "the key", zh: "私钥" };

export const pkiVerify: Command = {
  name: "pki verify",
  summary: {
    en: "Verify a certificate chain, and say everything that is wrong.",
    zh: "验证证书链，并指出所有问题。",
  },
  description: {
    en: "Judges as the other end of a TLS connection would: time, names, chain, key usage, name constraints, strength, revocation. A URL is checked for its own host; a file, for the --name that is given.",
    zh: "以 TLS 对端的视角判断：时间、名称、证书链、用途、名称约束、强度与吊销。给出 URL 时检查其主机名；给出文件时检查 --name 指定的名称。",
  },
  arguments: [
    { name: "FROM", description: { en: "A file, - or an https:// URL.", zh: "文件、- 或 https:// 地址。" } },
  ],
  options: [
    {
      name: "trust",
      value: "PATH",
      repeatable: true,
      description: {
        en: "Trusted authorities; public ones where it is not given.",
        zh: "受信任的机构；省略时使用公共机构。",
      },
    },
    {
      name: "known",
      value: "PATH",
      repeatable: true,
      description: {
        en: "Intermediates that exist but may not be sent; they tell what is missing.",
        zh: "已知但可能未发送的中间证书，用于判断缺少哪一个。",
      },
    },
    {
      name: "name",
      value: "NAME",
      description: { en: "Host name or IP address to be reached.", zh: "要访问的主机名或 IP 地址。" },
    },
    { name: "client", description: { en: "Judge as a client's certificate.", zh: "按客户端证书判断。" } },
    {
      name: "key",
      value: "PATH",
      description: { en: "The key that should belong to it.", zh: "应与证书匹配的私钥。" },
    },
    ...passphraseOptions("", ofKey),
    {
      name: "crl",
      value: "PATH",
      repeatable: true,
      description: {
        en: "A revocation list; every issuer then needs one.",
        zh: "吊销列表；使用后每个签发者都需要一份。",
      },
    },
    outputOption,
  ],
  exits: [
    {
      code: 0,
      meaning: { en: "nothing is wrong, though there may be warnings", zh: "没有错误，但可能有警告" },
    },
    { code: 1, meaning: { en: "it would be refused, or could not be read", zh: "会被拒绝，或无法读取" } },
  ],
  examples: [
    {
      command: "moorline pki verify harbor.crt --trust ca.crt --name harbor.example.com --key harbor.key",
      explanation: { en: "Before it is put on the server.", zh: "在部署到服务器之前检查。" },
    },
  ],
  run: async (invocation) => {
    const { io, language, arguments: words } = invocation;
    const source = await certificatesFrom(invocation, words[0] ?? "");
    const name = invocation.option("name") ?? (invocation.flag("client") ? undefined : source.host);
    const [trustedPem, knownPem] = [await readAll(invocation, "trust"), await readAll(invocation, "known")];
    const key = invocation.option("key");
    const keyPath = key === undefined ? undefined : resolvePath(invocation, key);
    const base: VerifyOptions = {
      chainPem: source.pem,
      trustedPem: trustedPem ?? rootCertificates.join("\n"),
      purpose: invocation.flag("client") ? "client" : "server",
      now: io.clock.now(),
      crlPems: await Promise.all(
        invocation.options("crl").map(async (path) => readText(resolvePath(invocation, path))),
      ),
      ...(knownPem === undefined ? {} : { knownPem }),
      ...(name === undefined ? {} : ipToBytes(name) === undefined ? { hostname: name } : { ipAddress: name }),
      ...(keyPath === undefined ? {} : { privateKeyPem: new Sensitive(await readText(keyPath)) }),
    };
    const verdict = await opening(invocation, "", ofKey, async (passphrase) =>
      verifyChain(passphrase === undefined ? base : { ...base, passphrase }),
    );
    const findings = [...verdict.findings, ...(keyPath === undefined ? [] : await keyFileFindings(keyPath))];
    answer(invocation, { ...verdict, findings: findingsJson(findings, language) }, () =>
      [
        `${verdict.chain.map((c) => c.subject || c.serialNumber).join(" ← ")}\n`,
        findingsText(findings, invocation),
        `${render(message(verdict.ok ? "pki.holds" : "pki.doesNotHold"), language)}\n`,
      ].join(""),
    );
    return verdict.ok ? exitCodes.done : exitCodes.error;
  },
};

async function readText(path: string): Promise<string> {
  return (await readBounded(path)).toString("latin1");
}

/** The certificates of all files of a repeatable option, one after the other. */
async function readAll(invocation: Invocation, option: string): Promise<string | undefined> {
  const paths = invocation.options(option);
  if (paths.length === 0) return undefined;
  const texts = await Promise.all(paths.map((path) => certificatesFrom(invocation, path)));
  return texts.map((t) => t.pem).join("\n");
}
