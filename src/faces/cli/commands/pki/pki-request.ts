import { mkdirSync } from "node:fs";
import { exportPrivateKey, generateKey } from "../../../../pki/key.ts";
import { createAuthorityRequest, readRequest, requestDigest } from "../../../../pki/request.ts";
import { writePrivateKey, writePublic } from "../../../../pki/store.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { authorityFiles } from "./authority-files.ts";
import {
  keyTypeOf,
  keyTypeOption,
  organizationOption,
  outOption,
  pathIn,
  refuseToOverwrite,
  resolvePath,
} from "./options.ts";
import { newPassphrase, ofNewKey, passphraseOptions } from "./passphrase.ts";
import { answer } from "./show.ts";

export const pkiRequest: Command = {
  name: "pki request",
  summary: {
    en: "Make the key of an intermediate, and a request for its root.",
    zh: "生成中间 CA 的密钥和证书请求。",
  },
  description: {
    en: "For a root whose key stays offline. Writes ca.key (mode 0600) and ca.csr to a folder; the request goes to the root, the key stays. Overwrites nothing.",
    zh: "适用于根 CA 私钥离线保管的场景。在目录中写入 ca.key（权限 0600）与 ca.csr；请求交给根 CA 签发，私钥留在本地。不会覆盖任何文件。",
  },
  arguments: [
    {
      name: "NAME",
      description: { en: "The intermediate's common name.", zh: "中间 CA 的通用名称（CN）。" },
    },
  ],
  options: [
    organizationOption,
    keyTypeOption,
    {
      name: "encrypt",
      description: {
        en: "Encrypt the key with a passphrase, asked for where no option gives it.",
        zh: "用口令加密私钥；未通过选项提供时会询问。",
      },
    },
    ...passphraseOptions("", ofNewKey),
    outOption,
    outputOption,
  ],
  examples: [
    {
      command: "moorline pki request 'Harbor CA' -d ca",
      explanation: { en: "The first of three steps.", zh: "三个步骤中的第一步。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const paths = {
      request: pathIn(invocation, "out", authorityFiles.request),
      key: pathIn(invocation, "out", authorityFiles.key),
    };
    refuseToOverwrite([paths.request, paths.key, pathIn(invocation, "out", authorityFiles.certificate)]);
    const passphrase = await newPassphrase(invocation);
    const organization = invocation.option("organization");
    const key = await generateKey(keyTypeOf(invocation));
    const pem = await createAuthorityRequest(key, {
      commonName: invocation.arguments[0] ?? "",
      ...(organization !== undefined && { organization }),
    });
    mkdirSync(resolvePath(invocation, invocation.option("out") ?? "."), { recursive: true });
    await writePrivateKey(paths.key, await exportPrivateKey(key, passphrase, (n) => io.random.bytes(n)));
    await writePublic(paths.request, pem);
    const digest = requestDigest(readRequest(pem));
    answer(invocation, { ...paths, digest, encrypted: passphrase !== undefined }, () =>
      [
        render(message("intermediate.requestWritten", { ...paths, digest }), language),
        render(message("intermediate.requestNext", { request: paths.request }), language),
        "",
      ].join("\n"),
    );
    return 0;
  },
};
