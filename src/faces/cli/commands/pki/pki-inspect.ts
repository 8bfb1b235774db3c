import { parsePemBundle } from "../../../../pki/inspect.ts";
import { readCrl, type RevocationList } from "../../../../pki/crl.ts";
import type { Language } from "../../../../text/language.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command } from "../../command.ts";
import { outputOption } from "../../options.ts";
import { certificatesFrom } from "./certificates-from.ts";
import { answer, certificateText, table } from "./show.ts";

export const pkiInspect: Command = {
  name: "pki inspect",
  summary: { en: "Show what certificates and CRLs say.", zh: "显示证书与吊销列表的内容。" },
  description: {
    en: "Reads PEM or DER from a file or standard input (-), or takes what the server of an https:// URL sends. It judges nothing; `moorline pki verify` does.",
    zh: "从文件或标准输入（-）读取 PEM 或 DER，或读取 https:// 地址的服务器所发送的证书。仅显示内容；判断请用 `moorline pki verify`。",
  },
  arguments: [
    { name: "FROM", description: { en: "A file, - or an https:// URL.", zh: "文件、- 或 https:// 地址。" } },
  ],
  options: [outputOption],
  examples: [
    {
      command: "moorline pki inspect https://harbor.example.com",
      explanation: { en: "The chain that Harbor sends.", zh: "Harbor 发送的证书链。" },
    },
  ],
  run: async (invocation) => {
    const { io, language, arguments: words } = invocation;
    const [from = ""] = words;
    const { pem } = await certificatesFrom(invocation, from);
    const bundle = parsePemBundle(pem, from);
    const lists = bundle.crlPems.map((crl) => readCrl(crl, from));
    const certificates = bundle.certificates.map((c) => c.description);
    const data = {
      certificates,
      crls: lists.map(crlJson),
      hasPrivateKey: bundle.hasPrivateKey,
      otherBlocks: bundle.otherLabels,
    };
    answer(invocation, data, () => {
      const parts = [
        ...certificates.map((c, i) =>
          [
            `${render(message("pki.certificateNumber", { number: i + 1, count: certificates.length }), language)}\n`,
            certificateText(c, language, io.clock.now()),
          ].join(""),
        ),
        ...lists.map((list) => crlText(list, language)),
        ...(bundle.hasPrivateKey ? [`${render(message("pki.keyInFile"), language)}\n`] : []),
      ];
      return parts.length === 0
        ? `${render(message("pki.nothingKnown", { labels: bundle.otherLabels.join(", ") }), language)}\n`
        : parts.join("\n");
    });
    return 0;
  },
};

function crlJson(list: RevocationList): unknown {
  return {
    issuer: list.issuer.text,
    number: list.number?.toString(),
    thisUpdate: list.thisUpdate,
    nextUpdate: list.nextUpdate,
    signatureAlgorithm: list.signature.name,
    revoked: list.revoked,
  };
}

function crlText(list: RevocationList, language: Language): string {
  return [
    `${render(message("pki.crlHeading"), language)}\n`,
    table(
      [
        [message("pki.issuer"), list.issuer.text],
        [message("pki.crlNumber"), list.number?.toString() ?? ""],
        [message("pki.thisUpdate"), list.thisUpdate.toISOString()],
        [message("pki.nextUpdate"), list.nextUpdate?.toISOString() ?? ""],
        [message("pki.signature"), list.signature.name],
        ...list.revoked.map(
          (r) => [message("pki.revoked"), `${r.serialNumber}  ${r.date.toISOString()}  ${r.reason}`] as const,
        ),
      ],
      language,
    ),
  ].join("");
}
