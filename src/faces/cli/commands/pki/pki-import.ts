import { existsSync } from "node:fs";
import { createPublicKey } from "node:crypto";
import { readCertificates } from "../../../../pki/certificate.ts";
import { inspectCertificate } from "../../../../pki/inspect.ts";
import { acceptIntermediate } from "../../../../pki/intermediate.ts";
import { readPrivateKey } from "../../../../pki/key.ts";
import { readRequest } from "../../../../pki/request.ts";
import { readBounded, writePublic } from "../../../../pki/store.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { authorityFiles, caPassphraseOptions } from "./authority-files.ts";
import { caOption, pathIn, resolvePath } from "./options.ts";
import { opening } from "./passphrase.ts";
import { answer, certificateText } from "./show.ts";

export const pkiImport: Command = {
  name: "pki import",
  summary: {
    en: "Bring an intermediate's certificate to its key.",
    zh: "将签发好的中间 CA 证书导入其密钥所在目录。",
  },
  description: {
    en: "Checks that the certificate belongs to the request or key of the folder, is an authority's, and leads to a root; then writes all of it to ca.crt, in order. One that is there is replaced: that is how an intermediate is renewed.",
    zh: "检查证书与目录中的请求或密钥匹配、属于 CA 且可追溯到根 CA，然后按顺序写入 ca.crt。已有的证书会被替换：中间 CA 的续期即由此完成。",
  },
  arguments: [
    {
      name: "BUNDLE",
      description: {
        en: "ca-bundle.crt, as `moorline pki sign-intermediate` writes it.",
        zh: "`moorline pki sign-intermediate` 生成的 ca-bundle.crt。",
      },
    },
  ],
  options: [caOption, ...caPassphraseOptions, outputOption],
  examples: [
    {
      command: "moorline pki import signed/ca-bundle.crt --ca ca",
      explanation: { en: "The last of three steps.", zh: "三个步骤中的最后一步。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const from = resolvePath(invocation, invocation.arguments[0] ?? "");
    const certificate = pathIn(invocation, "ca", authorityFiles.certificate);
    const pem = (await readBounded(from)).toString("latin1");
    const bundle = acceptIntermediate(pem, await publicKeyOf(invocation), io.clock.now(), from);
    await writePublic(certificate, bundle);
    const root = readCertificates(bundle).at(-1)?.subject.text ?? "";
    const description = inspectCertificate(bundle);
    answer(invocation, { certificate, root, description }, () =>
      [
        render(message("intermediate.imported", { certificate, root }), language),
        certificateText(description, language, io.clock.now()),
      ].join("\n"),
    );
    return 0;
  },
};

/** The request tells it without the key's passphrase. */
async function publicKeyOf(invocation: Invocation) {
  const request = pathIn(invocation, "ca", authorityFiles.request);
  if (existsSync(request))
    return readRequest((await readBounded(request)).toString("latin1"), request).publicKey;
  const path = pathIn(invocation, "ca", authorityFiles.key);
  const key = new Sensitive((await readBounded(path)).toString("latin1"));
  const of = { en: "the authority's key", zh: "机构私钥" };
  return opening(invocation, "ca", of, (passphrase) =>
    Promise.resolve(createPublicKey(readPrivateKey(key, passphrase, path))),
  );
}
