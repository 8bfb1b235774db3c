import { MoorlineError } from "../../../model/errors.ts";
import { rotate as carryOut } from "../../../kinds/rotation/rotate.ts";
import { rotations, type Rotation, type RotationReport } from "../../../kinds/rotation/report.ts";
import type { Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import { ask } from "../carry-out.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { painter, type Painter } from "../paint.ts";
import { Progress } from "../progress.ts";
import { openSession } from "../session.ts";
import { yesOption } from "./apply.ts";

export const rotate: Command = {
  name: "rotate",
  summary: {
    en: "Replace certificates, the CA, or robots, without one failed pull.",
    zh: "轮换证书、CA 或机器人账户，不中断拉取。",
  },
  description: {
    en: "server: a new server certificate, delivered and seen served. ca: the next CA is trusted beside the current one, proved on every node; then it issues everything anew; then the trust in the previous one ends. clients: new client certificates, brought to every node and proved; then what they replaced is revoked, where the document keeps a list (`crl`), unless --keep-old. robots: second robots into the Secrets, proved, then the first ones removed. Each stage is proved before the next begins. On a terminal the stages are shown and confirmed first. Cut off at any moment, the same command goes on; `moorline apply` in between harms nothing.",
    zh: "server：签发新的服务器证书，分发并确认生效。ca：新 CA 与当前 CA 同时受信任，并在每个节点验证；然后由新 CA 重新签发全部证书；最后不再信任旧 CA。clients：签发新的客户端证书，分发到每个节点并验证；文档维护吊销列表（`crl`）时，随后吊销被替换的证书（--keep-old 除外）。robots：将新的机器人账户写入 Secret 并验证，然后删除旧账户。每个阶段验证后才进入下一阶段。在终端中会先显示各阶段并请求确认。任何时刻中断，再次执行同一命令即可继续；期间执行 `moorline apply` 没有影响。",
  },
  arguments: [
    {
      name: "WHAT",
      description: { en: "server, ca, clients or robots.", zh: "server、ca、clients 或 robots。" },
    },
    {
      name: "NAME",
      optional: true,
      variadic: true,
      description: {
        en: "Names of HarborCertificate (or ProjectBinding) documents; all otherwise.",
        zh: "HarborCertificate（或 ProjectBinding）文档名称；默认全部。",
      },
    },
  ],
  options: [
    inputOption,
    {
      name: "dry-run",
      description: {
        en: "Show the stages with their steps, as far as they can be known, and write nothing.",
        zh: "显示各阶段及目前可知的步骤，不做更改。",
      },
    },
    {
      name: "this-node",
      description: {
        en: "NodeTrust documents without nodes are for this machine, and it is the only node.",
        zh: "未列出节点的 NodeTrust 文档对应本机，且本机是唯一节点。",
      },
    },
    {
      ...yesOption,
      description: {
        en: "Do not ask; without a terminal, needed where a step interrupts somebody.",
        zh: "不再询问；无终端时，仅当有步骤会造成中断时才必须使用。",
      },
    },
    {
      name: "keep-old",
      description: {
        en: "clients: do not revoke the certificates that were replaced.",
        zh: "clients：不吊销已被替换的证书。",
      },
    },
    {
      name: "grace",
      value: "SECONDS",
      default: "30",
      description: {
        en: "How long pulls that began with an old robot or client certificate may take before it is removed or revoked.",
        zh: "删除旧机器人账户或吊销旧客户端证书前，为已开始的拉取保留的时间（秒）。",
      },
    },
    outputOption,
    ...clusterOptions,
  ],
  examples: [
    {
      command: "moorline rotate ca -f moorline/ --dry-run",
      explanation: { en: "The stages of a CA rollover.", zh: "CA 轮换的各个阶段。" },
    },
    {
      command: "moorline rotate robots team-a -f moorline/",
      explanation: { en: "New robots for one binding.", zh: "为一个绑定更换机器人账户。" },
    },
  ],
  exits: [
    {
      code: exitCodes.pending,
      meaning: { en: "it waits for something that only you can do", zh: "等待只能由您完成的操作" },
    },
    {
      code: exitCodes.stopped,
      meaning: { en: "stopped on request; run it again to go on", zh: "已按请求停止；再次运行即可继续" },
    },
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const [what = "", ...names] = invocation.arguments;
  const rotation = rotations.find((r) => r === what);
  if (rotation === undefined)
    throw new MoorlineError("CLI_OPTION_CHOICE", {
      subject: "moorline rotate",
      parameters: { option: "WHAT", value: what, choices: rotations.join(", ") },
    });
  const report = await rotateWith(rotation, names, invocation);
  if (report === undefined) {
    io.err(`${render(message("cli.notConfirmed"), language)}\n`);
    return exitCodes.error;
  }
  io.out(
    invocation.option("output") === "json"
      ? `${JSON.stringify(reportJson(report, language), null, 2)}\n`
      : showReport(report, language, painter(io.colours)),
  );
  if (report.outcome === "done" || report.outcome === "planned") return exitCodes.done;
  if (report.outcome === "waiting") return exitCodes.pending;
  return report.outcome === "stopped" ? exitCodes.stopped : exitCodes.error;
}

async function rotateWith(
  rotation: Rotation,
  names: readonly string[],
  invocation: Invocation,
): Promise<RotationReport | undefined> {
  const { io, language } = invocation;
  const grace = Number(invocation.option("grace"));
  if (!Number.isFinite(grace) || grace < 0 || grace > 3600)
    throw new MoorlineError("CLI_OPTION_CHOICE", {
      subject: "moorline rotate",
      parameters: { option: "--grace", value: invocation.option("grace") ?? "", choices: "0 … 3600" },
    });
  await using session = await openSession(invocation);
  const context = {
    documents: session.documents,
    world: session.world,
    isDry: invocation.flag("dry-run"),
    isOnlyNode: invocation.flag("this-node"),
    keepOld: invocation.flag("keep-old"),
    stopping: io.stopping,
    signal: io.signal,
  };
  const isAsked = !context.isDry && !invocation.flag("yes") && io.interactive && io.stdin.isTTY === true;
  if (isAsked) {
    const forecast = await carryOut(rotation, names, grace * 1000, { ...context, isDry: true });
    io.err(showReport(forecast, language, painter(io.colours)));
    if (!(await ask(message("rotation.confirm"), "moorline rotate", invocation))) return undefined;
  }
  const mayInterrupt = isAsked || invocation.flag("yes");
  const progress = new Progress(io, language);
  try {
    return await carryOut(rotation, names, grace * 1000, {
      ...context,
      mayInterrupt,
      onEvent: progress.onEvent,
    });
  } finally {
    progress.close();
  }
}

function showReport({ stages }: RotationReport, language: Language, paint: Painter): string {
  const rows = stages.map((stage, i) => {
    const outcome = render(message(`rotation.outcome.${stage.outcome}`), language);
    const isGood = stage.outcome === "done" || stage.outcome === "planned";
    const sign = stage.outcome === "done" ? paint.green("✓") : isGood ? paint.dim("·") : paint.red("✗");
    const held = stage.proofs.filter((p) => p.ok).length;
    const proved = held === 0 ? "" : `, ${render(message("rotation.proved", { proofs: held }), language)}`;
    const steps = stage.steps.map((s) => `    ${render(s.title, language)} ${paint.dim(`(${s.target})`)}\n`);
    const broken = stage.proofs
      .filter((p) => !p.ok)
      .map((p) => `    ${paint.red("✗")} ${render(p.title, language)}: ${render(p.detail, language)}\n`);
    const reason = stage.reason === undefined ? "" : `    ${render(stage.reason, language)}\n`;
    return `${sign} ${i + 1}. ${render(stage.stage, language)} (${outcome}${proved})\n${steps.join("")}${broken.join("")}${reason}`;
  });
  return rows.join("");
}

function reportJson({ rotation, outcome, stages }: RotationReport, language: Language): unknown {
  return {
    rotation,
    outcome,
    stages: stages.map((s) => ({
      stage: render(s.stage, language),
      outcome: s.outcome,
      steps: s.steps.map(({ title, target }) => ({ title: render(title, language), target })),
      proofs: s.proofs.map((p) => ({
        title: render(p.title, language),
        subject: p.subject,
        ok: p.ok,
        detail: render(p.detail, language),
      })),
      ...(s.reason !== undefined && { reason: render(s.reason, language) }),
    })),
  };
}
