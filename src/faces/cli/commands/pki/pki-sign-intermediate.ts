import { mkdirSync } from "node:fs";
import { inspectCertificate } from "../../../../pki/inspect.ts";
import { certifyIntermediate } from "../../../../pki/intermediate.ts";
import { readRequest, requestDigest } from "../../../../pki/request.ts";
import { readBounded, writePublic } from "../../../../pki/store.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { authorityFiles, caPassphraseOptions, openAuthority } from "./authority-files.ts";
import {
  caOption,
  numberOf,
  outOption,
  pathIn,
  permittedNames,
  permittedOptions,
  refuseToOverwrite,
  resolvePath,
} from "./options.ts";
import { answer, certificateText } from "./show.ts";

export const pkiSignIntermediate: Command = {
  name: "pki sign-intermediate",
  summary: {
    en: "Sign an intermediate's request with a root.",
    zh: "用根 CA 签发中间 CA 的证书请求。",
  },
  description: {
    en: "Runs where the root's key is, which may be a machine without a network. Checks that the request was signed with its own key; how long the intermediate lasts and what it may issue for, these options say and not the request. Writes ca.crt and ca-bundle.crt (the intermediate up to the root). A renewal is the same request signed again, into another folder.",
    zh: "在根 CA 私钥所在的机器上运行，可以是不联网的机器。会检查请求是否由其自身密钥签名；有效期与可签发范围由以下选项决定，而非请求。写入 ca.crt 与 ca-bundle.crt（从中间 CA 到根 CA）。续期即再次签发同一请求，写入另一目录。",
  },
  arguments: [
    {
      name: "REQUEST",
      description: {
        en: "The request, as `moorline pki request` writes it.",
        zh: "`moorline pki request` 生成的请求文件。",
      },
    },
  ],
  options: [
    caOption,
    {
      name: "days",
      value: "NUMBER",
      default: "1825",
      description: { en: "How long it is valid.", zh: "有效天数。" },
    },
    {
      name: "path-length",
      value: "NUMBER",
      default: "0",
      description: { en: "How many authorities may stand below it.", zh: "其下可有几级机构。" },
    },
    ...permittedOptions,
    ...caPassphraseOptions,
    outOption,
    outputOption,
  ],
  examples: [
    {
      command: "moorline pki sign-intermediate ca.csr --ca /media/root --permit-dns example.com -d signed",
      explanation: {
        en: "An intermediate that can issue for example.com alone.",
        zh: "只能为 example.com 签发证书的中间 CA。",
      },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const paths = {
      certificate: pathIn(invocation, "out", authorityFiles.certificate),
      bundle: pathIn(invocation, "out", authorityFiles.bundle),
    };
    refuseToOverwrite([paths.certificate, paths.bundle]);
    const from = resolvePath(invocation, invocation.arguments[0] ?? "");
    const request = readRequest((await readBounded(from)).toString("latin1"), from);
    const signed = await certifyIntermediate(await openAuthority(invocation), request, {
      validityDays: numberOf(invocation, "days") ?? 1825,
      pathLength: numberOf(invocation, "path-length") ?? 0,
      nameConstraints: permittedNames(invocation),
      now: io.clock.now(),
      randomBytes: (length) => io.random.bytes(length),
    });
    mkdirSync(resolvePath(invocation, invocation.option("out") ?? "."), { recursive: true });
    await writePublic(paths.certificate, signed.certificatePem);
    await writePublic(paths.bundle, signed.bundlePem);
    const description = inspectCertificate(signed.certificatePem);
    const digest = requestDigest(request);
    answer(invocation, { ...paths, digest, description }, () =>
      [
        render(message("intermediate.signed", { digest, bundle: paths.bundle }), language),
        certificateText(description, language, io.clock.now()),
      ].join("\n"),
    );
    return 0;
  },
};
