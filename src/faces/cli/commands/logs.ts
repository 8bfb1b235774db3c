import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { analyseLogs } from "../../../diagnosis/logs/analysis.ts";
import { inLanguage } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import { printable } from "../../../text/template.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { followFiles } from "../logs/follow.ts";
import { reportHtml } from "../logs/html.ts";
import { reportJson, shownTime } from "../logs/report.ts";
import { showReport } from "../logs/show.ts";
import { sinceTime } from "../logs/since.ts";
import { logSources } from "../logs/sources.ts";
import { outputOption } from "../options.ts";
import { painter } from "../paint.ts";

export const logs: Command = {
  name: "logs",
  summary: {
    en: "Find the causes of failed pulls in logs.",
    zh: "从日志中找出拉取失败的原因。",
  },
  description: {
    en: "Reads logs of Harbor (core, registry, jobservice, registryctl, nginx), ks-apiserver, containerd, docker, the kubelet, and Kubernetes events, as files, folders, patterns or standard input, plain or packed with gzip or zstd, whatever carried them (rsyslog, docker-compose, docker logs -t, kubectl, journalctl in text or JSON). Each line's format is found by itself. What is normal is left out; the rest is grouped by cause, with what to do now. Times without a zone are taken as UTC.",
    zh: "读取 Harbor（core、registry、jobservice、registryctl、nginx）、ks-apiserver、containerd、docker、kubelet 的日志以及 Kubernetes 事件，可为文件、目录、通配符或标准输入，支持 gzip 与 zstd 压缩，并识别 rsyslog、docker-compose、docker logs -t、kubectl、journalctl（文本或 JSON）等外层格式。每行格式自动识别。忽略正常内容，其余按原因归类并给出处理方法。没有时区的时间按 UTC 处理。",
  },
  arguments: [
    {
      name: "FILE",
      variadic: true,
      description: {
        en: "A file, a folder, a pattern with *, or - for standard input.",
        zh: "文件、目录、含 * 的通配符，或 -（标准输入）。",
      },
    },
  ],
  options: [
    outputOption,
    {
      name: "html",
      value: "FILE",
      description: { en: "Also write the report as one HTML file.", zh: "同时将报告写入一个 HTML 文件。" },
    },
    {
      name: "since",
      value: "TIME",
      description: {
        en: "Leave out what is older: 2h, 30m, 7d, or a time such as 2026-11-22T19:00:00Z.",
        zh: "忽略更早的内容：2h、30m、7d，或形如 2026-11-22T19:00:00Z 的时间。",
      },
    },
    {
      name: "follow",
      description: {
        en: "Go on reading what is added to the files, a line for each failure, until Ctrl-C.",
        zh: "持续读取文件新增内容，逐行显示失败，直到 Ctrl-C。",
      },
    },
  ],
  examples: [
    {
      command: "moorline logs /var/log/harbor/ --since 2h",
      explanation: {
        en: "What went wrong at Harbor in the last two hours.",
        zh: "最近两小时 Harbor 的问题。",
      },
    },
    {
      command: "journalctl -u kubelet -u containerd -o json | moorline logs - --html report.html",
      explanation: { en: "A node's own logs, and a page to hand on.", zh: "节点日志，并生成可分享的页面。" },
    },
    {
      command: "kubectl get events -A -o json | jq -c '.items[]' | moorline logs -",
      explanation: { en: "The cluster's events.", zh: "集群事件。" },
    },
  ],
  exits: [{ code: exitCodes.pending, meaning: { en: "Failures were found.", zh: "发现失败。" } }],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const now = io.clock.now().getTime();
  const words = invocation.arguments;
  const since = sinceTime(invocation.option("since"), now);
  const sources = await logSources(words, io);
  const paint = painter(io.colours);
  const follow = invocation.flag("follow");
  const analysis = await analyseLogs(follow ? followFiles(sources, words, io) : sources, {
    now,
    signal: io.stopping,
    ...(since !== undefined && { since }),
    ...(follow && {
      onFinding: (cause, { text, time, source }) => {
        const at = time === undefined ? "" : `${shownTime(time)} `;
        const title = paint.bold(inLanguage(cause.title, language));
        io.out(
          `${at}${title} ${paint.dim(`[${cause.code}] ${source}`)}\n  ${printable(text.trim().slice(0, 500))}\n`,
        );
      },
    }),
  });
  const html = invocation.option("html");
  if (html !== undefined) {
    await writeFile(resolve(io.workingDirectory, html), reportHtml(analysis, language, now), { mode: 0o644 });
    io.err(`${render(message("logs.written", { file: html }), language)}\n`);
  }
  if (invocation.option("output") === "json")
    io.out(`${JSON.stringify(reportJson(analysis, language), null, 2)}\n`);
  else io.out(showReport(analysis, { language, paint, width: io.width }));
  return analysis.groups.some(({ group }) => group.cause.severity === "error")
    ? exitCodes.pending
    : exitCodes.done;
}
