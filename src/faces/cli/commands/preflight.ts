import { preflight as runPreflight } from "../../../diagnosis/preflight/preflight.ts";
import type { Check } from "../../../diagnosis/preflight/check.ts";
import { describeFinding } from "../../../model/finding.ts";
import type { Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { painter, type Painter } from "../paint.ts";
import { openSession } from "../session.ts";

export const preflight: Command = {
  name: "preflight",
  summary: { en: "Check what the integration needs before it starts.", zh: "检查对接所需的前提条件。" },
  description: {
    en: "KubeSphere 3.3 or later and its DevOps switch, Harbor 2.4 or later on a name of its own over HTTPS, Kubernetes 1.20 or later with CoreDNS answering, keys of sufficient strength. Writes nothing.",
    zh: "KubeSphere 3.3 及以上及其 DevOps 开关、使用独立域名和 HTTPS 的 Harbor 2.4 及以上、CoreDNS 正常应答的 Kubernetes 1.20 及以上、强度足够的密钥。不做任何更改。",
  },
  options: [inputOption, outputOption, ...clusterOptions],
  examples: [
    {
      command: "moorline preflight -f moorline/",
      explanation: { en: "One line a check.", zh: "每项检查一行。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    await using session = await openSession(invocation);
    const checks = await runPreflight(session.documents, session.world, io.stopping);
    const found = checks.flatMap((c) => ("finding" in c ? [c.finding] : []));
    const errors = found.filter((f) => f.severity === "error").length;
    if (invocation.option("output") === "json")
      io.out(
        `${JSON.stringify({ ok: errors === 0, checks: checks.map((c) => checkJson(c, language)) }, null, 2)}\n`,
      );
    else {
      const paint = painter(io.colours);
      const warnings = found.filter((f) => f.severity === "warning").length;
      const held = checks.length - found.length;
      const verdict =
        errors > 0
          ? message("preflight.notReady", { errors })
          : warnings > 0
            ? message("preflight.readyWithWarnings", { warnings, checks: held })
            : message("preflight.ready", { checks: held });
      io.out(checks.map((c) => `${showCheck(c, language, paint)}\n`).join(""));
      io.out(`${render(verdict, language)}\n`);
    }
    return errors > 0 ? exitCodes.error : exitCodes.done;
  },
};

function showCheck(check: Check, language: Language, paint: Painter): string {
  if ("holds" in check) return `${paint.green("✓")} ${check.subject}  ${render(check.holds, language)}`;
  const { severity, code } = check.finding;
  const sign =
    severity === "error" ? paint.red("✗") : severity === "warning" ? paint.yellow("!") : paint.dim("·");
  return `${sign} ${check.subject}  ${describeFinding(check.finding, language)} ${paint.dim(`[${code}]`)}`;
}

function checkJson(check: Check, language: Language): unknown {
  return "holds" in check
    ? { subject: check.subject, ok: true, text: render(check.holds, language) }
    : {
        ...check.finding,
        ok: check.finding.severity === "note",
        text: describeFinding(check.finding, language),
      };
}
