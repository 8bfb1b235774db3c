import { Sensitive } from "../../../../model/sensitive.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { inspectCertificate } from "../../../../pki/inspect.ts";
import { toPkcs12 } from "../../../../pki/pkcs12.ts";
import { readBounded, writePrivate } from "../../../../pki/store.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { refuseToOverwrite, resolvePath } from "./options.ts";
import { askPassphrase, givenPassphrase, opening, passphraseOptions } from "./passphrase.ts";
import { answer } from "./show.ts";

const ofFile = { en: "the PKCS#12 file", zh: "PKCS#12 文件" };
const ofKey = { en: "the key", zh: "私钥" };

export const pkiP12: Command = {
  name: "pki p12",
  summary: { en: "Pack a key and its certificates as PKCS#12.", zh: "将私钥与证书打包为 PKCS#12。" },
  description: {
    en: "For browsers, Java and Windows. AES-256 and SHA-256, as openssl 3 writes it; Java 8 needs update 301 or newer. Java's keytool opens only passphrases of ASCII characters, six or more.",
    zh: "供浏览器、Java 与 Windows 使用。采用 AES-256 与 SHA-256，与 openssl 3 一致；Java 8 需更新至 301 或更高。Java 的 keytool 只能打开由 ASCII 字符组成、至少六位的口令。",
  },
  arguments: [
    {
      name: "CERTIFICATE",
      description: { en: "The certificate, with its chain.", zh: "证书（可含证书链）。" },
    },
    { name: "KEY", description: { en: "Its private key.", zh: "对应的私钥。" } },
  ],
  options: [
    {
      name: "out",
      short: "d",
      value: "PATH",
      description: {
        en: "The file to write; otherwise the certificate's name with .p12.",
        zh: "输出文件；默认为证书文件名加 .p12。",
      },
    },
    {
      name: "ca",
      value: "PATH",
      repeatable: true,
      description: {
        en: "Further certificates to put in, such as the root.",
        zh: "一并打包的其他证书，例如根证书。",
      },
    },
    {
      name: "alias",
      value: "NAME",
      description: { en: "The entry's name; otherwise the common name.", zh: "条目名称；默认为通用名称。" },
    },
    ...passphraseOptions("", ofFile),
    ...passphraseOptions("key", ofKey),
    outputOption,
  ],
  examples: [
    {
      command: "moorline pki p12 admin.crt admin.key --ca ca/ca.crt --passphrase-file pass",
      explanation: {
        en: "For a browser that shows a certificate to Harbor.",
        zh: "用于向 Harbor 出示证书的浏览器。",
      },
    },
  ],
  run: async (invocation) => {
    const { language, arguments: words } = invocation;
    const [certificate = "", key = ""] = words;
    const path = resolvePath(
      invocation,
      invocation.option("out") ?? `${certificate.replace(/\.(crt|pem|cer)$/, "")}.p12`,
    );
    refuseToOverwrite([path]);
    const text = async (file: string): Promise<string> =>
      (await readBounded(resolvePath(invocation, file))).toString("latin1");
    const certificatePem = await text(certificate);
    const chainPem = (await Promise.all(invocation.options("ca").map(text))).join("\n");
    const privateKeyPem = new Sensitive(await text(key));
    const passphrase = await filePassphrase(invocation);
    const description = inspectCertificate(certificatePem, certificate);
    const friendlyName = invocation.option("alias") ?? description.commonName ?? description.serialNumber;
    const packed = await opening(invocation, "key", ofKey, async (keyPassphrase) =>
      toPkcs12({
        certificatePem,
        privateKeyPem,
        passphrase,
        friendlyName,
        randomBytes: (length) => invocation.io.random.bytes(length),
        ...(chainPem === "" ? {} : { chainPem }),
        ...(keyPassphrase === undefined ? {} : { keyPassphrase }),
      }),
    );
    await writePrivate(path, packed);
    answer(
      invocation,
      { path, alias: friendlyName, description },
      () => `${render(message("pki.p12Written", { path, alias: friendlyName }), language)}\n`,
    );
    return 0;
  },
};

async function filePassphrase(invocation: Invocation): Promise<Sensitive> {
  const found = (await givenPassphrase(invocation, "")) ?? (await askPassphrase(invocation, ofFile));
  if (found === undefined) throw new MoorlineError("PKI_PASSPHRASE_NEEDED", { subject: "PKCS#12" });
  return found;
}
