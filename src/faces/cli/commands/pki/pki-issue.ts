import { mkdirSync } from "node:fs";
import { MoorlineError } from "../../../../model/errors.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import type { Authority } from "../../../../pki/authority.ts";
import { readCertificates } from "../../../../pki/certificate.ts";
import { inspectCertificate } from "../../../../pki/inspect.ts";
import { ipToBytes } from "../../../../pki/ip.ts";
import { exportPrivateKey, importPrivateKey, readPrivateKey, type KeyPair } from "../../../../pki/key.ts";
import { issueClient, issueServer, type Leaf } from "../../../../pki/leaf.ts";
import { readBounded, writePair } from "../../../../pki/store.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { caPassphraseOptions, openAuthority } from "./authority-files.ts";
import {
  caOption,
  keyTypeOf,
  keyTypeOption,
  numberOf,
  organizationOption,
  outOption,
  pathIn,
  refuseToOverwrite,
  resolvePath,
} from "./options.ts";
import { givenPassphrase, opening, passphraseOptions } from "./passphrase.ts";
import { answer, certificateText } from "./show.ts";

const ofKey = { en: "the certificate's key", zh: "证书私钥" };

export const pkiIssue: Command = {
  name: "pki issue",
  summary: { en: "Issue a server or client certificate.", zh: "签发服务器或客户端证书。" },
  description: {
    en: "For a server, give every DNS name and IP address under which it is reached: clients look at nothing else. With --client, give one name, for instance that of a node. Writes NAME.crt (the certificate, then its intermediates) and NAME.key (mode 0600).",
    zh: "服务器证书请给出访问时使用的全部 DNS 名称与 IP 地址：客户端只看这些。使用 --client 时给出一个名称，例如节点名。写入 NAME.crt（证书及其中间证书）与 NAME.key（权限 0600）。",
  },
  arguments: [
    {
      name: "NAME",
      variadic: true,
      description: {
        en: "DNS names and IP addresses, or the client's name.",
        zh: "DNS 名称与 IP 地址，或客户端名称。",
      },
    },
  ],
  options: [
    caOption,
    {
      name: "client",
      description: { en: "Issue for a client instead of a server.", zh: "签发客户端证书而非服务器证书。" },
    },
    organizationOption,
    {
      name: "uri",
      value: "URI",
      description: {
        en: "A client's identity as a URI, such as a SPIFFE ID.",
        zh: "以 URI 表示的客户端身份，例如 SPIFFE ID。",
      },
    },
    keyTypeOption,
    {
      name: "days",
      value: "NUMBER",
      default: "90",
      description: { en: "How long it is valid.", zh: "有效天数。" },
    },
    {
      name: "crl-url",
      value: "URL",
      repeatable: true,
      description: { en: "Where clients may fetch the revocation list.", zh: "吊销列表的下载地址。" },
    },
    {
      name: "key",
      value: "PATH",
      description: { en: "An existing key to certify instead of a new one.", zh: "使用已有私钥而非新建。" },
    },
    {
      name: "file",
      value: "NAME",
      description: { en: "Name of the files; otherwise the first name.", zh: "文件名；默认为第一个名称。" },
    },
    {
      name: "overwrite",
      description: { en: "Replace the files where they are there already.", zh: "文件已存在时予以替换。" },
    },
    ...passphraseOptions("", ofKey),
    ...caPassphraseOptions,
    outOption,
    outputOption,
  ],
  examples: [
    {
      command: "moorline pki issue harbor.example.com 10.0.0.5 --ca ca",
      explanation: {
        en: "For a Harbor that is reached by name and by address.",
        zh: "用于既按名称又按地址访问的 Harbor。",
      },
    },
    {
      command: "moorline pki issue node-1 --client --ca nodes --days 30",
      explanation: {
        en: "For a node that shows a certificate to Harbor (mutual TLS).",
        zh: "用于向 Harbor 出示证书的节点（双向 TLS）。",
      },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const base = invocation.option("file") ?? fileNameOf(invocation.arguments[0] ?? "");
    const paths = {
      certificatePath: pathIn(invocation, "out", `${base}.crt`),
      keyPath: pathIn(invocation, "out", `${base}.key`),
    };
    if (!invocation.flag("overwrite")) refuseToOverwrite([paths.certificatePath, paths.keyPath]);
    const authority = await openAuthority(invocation);
    const key = await existingKey(invocation);
    const leaf = await issue(invocation, authority, key);
    const passphrase = await givenPassphrase(invocation, "");
    const privateKeyPem =
      passphrase === undefined
        ? leaf.privateKeyPem
        : await exportPrivateKey(await importPrivateKey(leaf.privateKeyPem), passphrase);
    mkdirSync(resolvePath(invocation, invocation.option("out") ?? "."), { recursive: true });
    await writePair(paths, { certificatePem: leaf.chainPem, privateKeyPem }, (pair) => {
      const [own] = readCertificates(pair.certificatePem);
      const written = readPrivateKey(pair.privateKeyPem, passphrase);
      return own !== undefined && own.native.checkPrivateKey(written);
    });
    const description = inspectCertificate(leaf.certificatePem);
    answer(invocation, { certificate: paths.certificatePath, key: paths.keyPath, description }, () =>
      [
        render(message("pki.issued", { certificate: paths.certificatePath, key: paths.keyPath }), language),
        "\n",
        certificateText(description, language, io.clock.now()),
      ].join(""),
    );
    return 0;
  },
};

/** A wildcard's star is no name for a file. */
function fileNameOf(name: string): string {
  return name.replace(/^\*\./, "wildcard.").replaceAll(/[^\w.-]/g, "_");
}

async function existingKey(invocation: Invocation): Promise<KeyPair | undefined> {
  const path = invocation.option("key");
  if (path === undefined) return undefined;
  const pem = new Sensitive((await readBounded(resolvePath(invocation, path))).toString("latin1"));
  return opening(invocation, "", ofKey, (passphrase) => importPrivateKey(pem, passphrase, path));
}

async function issue(invocation: Invocation, authority: Authority, key: KeyPair | undefined): Promise<Leaf> {
  const { io, arguments: names } = invocation;
  const common = {
    keyType: keyTypeOf(invocation),
    validityDays: numberOf(invocation, "days") ?? 90,
    now: io.clock.now(),
    crlUrls: invocation.options("crl-url"),
    randomBytes: (length: number) => io.random.bytes(length),
    ...(key === undefined ? {} : { key }),
  };
  if (!invocation.flag("client"))
    return issueServer(authority, {
      ...common,
      dnsNames: names.filter((name) => ipToBytes(name) === undefined),
      ipAddresses: names.filter((name) => ipToBytes(name) !== undefined),
    });
  const [commonName = "", ...more] = names;
  if (more.length > 0)
    throw new MoorlineError("CLI_ARGUMENT_EXTRA", {
      subject: "moorline pki issue --client",
      parameters: { argument: more[0] ?? "", command: "pki issue" },
    });
  const organization = invocation.option("organization");
  const uri = invocation.option("uri");
  return issueClient(authority, {
    ...common,
    commonName,
    ...(organization === undefined ? {} : { organization }),
    ...(uri === undefined ? {} : { uri }),
  });
}
