import { verify } from "../../../engine/verify.ts";
import { clusterKinds, kinds } from "../../../kinds/registry.ts";
import type { Command } from "../command.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { verificationJson } from "../plan-json.ts";
import { showVerifications } from "../progress.ts";
import { exitCodes } from "../exit-codes.ts";
import { openSession } from "../session.ts";

export const verifyCommand: Command = {
  name: "verify",
  summary: { en: "Prove from outside that the documents are true.", zh: "从外部验证文档是否成立。" },
  description: {
    en: "Meets the system the way its users do: a TLS handshake with the real chain, a token, a pull, a 404 for a tag that does not exist. Writes nothing.",
    zh: "以使用者的方式访问系统：用真实证书链完成 TLS 握手、获取令牌、拉取镜像，并确认不存在的标签返回 404。不做任何更改。",
  },
  options: [inputOption, outputOption, ...clusterOptions],
  examples: [
    {
      command: "moorline verify -f examples/quickstart/",
      explanation: { en: "Every proof, one line each.", zh: "逐条列出每项验证。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    await using session = await openSession(invocation);
    const verifications = await verify(session.documents, kinds, session.world, {
      only: clusterKinds,
      signal: io.stopping,
    });
    io.out(
      invocation.option("output") === "json"
        ? `${JSON.stringify(verificationJson(verifications, language), null, 2)}\n`
        : showVerifications(verifications, io, language),
    );
    const ok = verifications.every((v) => v.error === undefined && v.proofs.every((p) => p.ok));
    return ok ? exitCodes.done : exitCodes.error;
  },
};
