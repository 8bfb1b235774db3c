import { mkdirSync } from "node:fs";
import { createAuthority } from "../../../../pki/authority.ts";
import { inspectCertificate } from "../../../../pki/inspect.ts";
import { exportPrivateKey } from "../../../../pki/key.ts";
import { writePrivateKey, writePublic } from "../../../../pki/store.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { authorityFiles, caPassphraseOptions, openAuthority } from "./authority-files.ts";
import {
  keyTypeOf,
  keyTypeOption,
  numberOf,
  organizationOption,
  outOption,
  pathIn,
  permittedNames,
  permittedOptions,
  refuseToOverwrite,
  resolvePath,
} from "./options.ts";
import { newPassphrase, ofNewKey, passphraseOptions } from "./passphrase.ts";
import { answer, certificateText } from "./show.ts";

export const pkiCa: Command = {
  name: "pki ca",
  summary: { en: "Make a certificate authority.", zh: "创建证书颁发机构（CA）。" },
  description: {
    en: "Writes ca.crt and ca.key (mode 0600) to a folder; with --issuer, an intermediate under that authority, and ca-bundle.crt with the way up to the root. Constrain it to the domains it serves: an authority that may issue for every name is a danger to everybody who trusts it. Overwrites nothing.",
    zh: "在目录中写入 ca.crt 与 ca.key（权限 0600）；使用 --issuer 时创建该机构之下的中间 CA，并写入包含上级证书的 ca-bundle.crt。请将其限制在所服务的域名之内：可为任意名称签发证书的机构，对所有信任它的人都是风险。不会覆盖任何文件。",
  },
  arguments: [{ name: "NAME", description: { en: "Its common name.", zh: "机构的通用名称（CN）。" } }],
  options: [
    organizationOption,
    keyTypeOption,
    {
      name: "days",
      value: "NUMBER",
      default: "3650",
      description: { en: "How long it is valid.", zh: "有效天数。" },
    },
    {
      name: "path-length",
      value: "NUMBER",
      description: {
        en: "How many authorities may stand below it; 1 for a root, 0 for an intermediate unless said.",
        zh: "其下可有几级机构；默认根 CA 为 1，中间 CA 为 0。",
      },
    },
    ...permittedOptions,
    {
      name: "issuer",
      value: "FOLDER",
      description: { en: "Folder of the authority above it.", zh: "上级机构所在目录。" },
    },
    {
      name: "encrypt",
      description: {
        en: "Encrypt the key with a passphrase, asked for where no option gives it.",
        zh: "用口令加密私钥；未通过选项提供时会询问。",
      },
    },
    ...passphraseOptions("", ofNewKey),
    ...caPassphraseOptions,
    outOption,
    outputOption,
  ],
  examples: [
    {
      command: "moorline pki ca 'Example Harbor CA' --permit-dns example.com --permit-ip 10.0.0.0/8 -d ca",
      explanation: {
        en: "A root that can issue for example.com and 10.0.0.0/8 alone.",
        zh: "只能为 example.com 与 10.0.0.0/8 签发证书的根 CA。",
      },
    },
    {
      command: "moorline pki ca 'Node CA' --issuer ca --ca-passphrase-file pass -d nodes",
      explanation: {
        en: "An intermediate for the nodes' client certificates.",
        zh: "用于节点客户端证书的中间 CA。",
      },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const paths = {
      certificate: pathIn(invocation, "out", authorityFiles.certificate),
      key: pathIn(invocation, "out", authorityFiles.key),
      bundle: pathIn(invocation, "out", authorityFiles.bundle),
    };
    refuseToOverwrite([paths.certificate, paths.key]);
    const passphrase = await newPassphrase(invocation);
    const issuer =
      invocation.option("issuer") === undefined ? undefined : await openAuthority(invocation, "issuer");
    const pathLength = numberOf(invocation, "path-length");
    const organization = invocation.option("organization");
    const authority = await createAuthority({
      commonName: invocation.arguments[0] ?? "",
      keyType: keyTypeOf(invocation),
      validityDays: numberOf(invocation, "days") ?? 3650,
      nameConstraints: permittedNames(invocation),
      now: io.clock.now(),
      randomBytes: (length) => io.random.bytes(length),
      ...(organization === undefined ? {} : { organization }),
      ...(pathLength === undefined ? {} : { pathLength }),
      ...(issuer === undefined ? {} : { issuer }),
    });
    mkdirSync(resolvePath(invocation, invocation.option("out") ?? "."), { recursive: true });
    // the key first: a certificate without its key is of no use to anybody
    await writePrivateKey(paths.key, await exportPrivateKey(authority.key, passphrase));
    await writePublic(paths.certificate, authority.certificatePem);
    if (issuer !== undefined) await writePublic(paths.bundle, authority.chainPem + (authority.rootPem ?? ""));
    const description = inspectCertificate(authority.certificatePem);
    answer(
      invocation,
      { ...paths, bundle: issuer && paths.bundle, encrypted: passphrase !== undefined, description },
      () =>
        [
          render(message("pki.caWritten", { certificate: paths.certificate, key: paths.key }), language),
          "\n",
          certificateText(description, language, io.clock.now()),
          ...(passphrase === undefined ? [`${render(message("pki.caKeyPlain"), language)}\n`] : []),
        ].join(""),
    );
    return 0;
  },
};
