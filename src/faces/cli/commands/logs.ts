import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { analyseLogs } from "../../../diagnosis/logs/analysis.ts";
import { inLanguage } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import { printable } from "../../../text/template.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { reportHtml } from "../logs/html.ts";
import { reportJson, shownTime } from "../logs/report.ts";
import { showReport } from "../logs/show.ts";
import { sinceTime } from "../logs/since.ts";
import { openSources } from "../logs/open-sources.ts";
import { boundYoungGeneration } from "../logs/young-generation.ts";
import { clusterOptions, outputOption } from "../options.ts";
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
      optional: true,
      description: {
        en: "A file, a folder, a pattern with *, or - for standard input. With --on: an absolute path there, docker:NAME for a container, unit:NAME for the journal of a unit; without one Harbor's logs.",
        zh: "文件、目录、含 * 的通配符，或 -（标准输入）。使用 --on 时：该机器上的绝对路径、docker:容器名，或 unit:单元名（systemd 日志）；省略则读取 Harbor 的日志。",
      },
    },
  ],
  options: [
    outputOption,
    {
      name: "on",
      value: "ADDRESS",
      repeatable: true,
      description: {
        en: "Read on this machine over SSH: ssh://[user@]host[:port]; its key must be in ~/.ssh/known_hosts. May be repeated.",
        zh: "通过 SSH 在该机器上读取：ssh://[用户@]主机[:端口]，其密钥须在 ~/.ssh/known_hosts 中。可重复使用。",
      },
    },
    {
      name: "identity",
      value: "FILE",
      description: {
        en: "Private key for --on; otherwise the SSH agent's keys, or ~/.ssh/id_*.",
        zh: "--on 使用的私钥；默认使用 SSH 代理中的密钥或 ~/.ssh/id_*。",
      },
    },
    {
      name: "sudo",
      description: {
        en: "With --on: read through `sudo -n`.",
        zh: "与 --on 一起使用：通过 `sudo -n` 读取。",
      },
    },
    {
      name: "pods",
      value: "PLACE",
      repeatable: true,
      description: {
        en: "Read the logs of pods: NAMESPACE, or NAMESPACE/SELECTOR with a label selector. May be repeated.",
        zh: "读取 Pod 日志：命名空间，或 命名空间/标签选择器。可重复使用。",
      },
    },
    {
      name: "events",
      value: "NAMESPACE",
      repeatable: true,
      description: {
        en: "Read the cluster's events of a namespace, or of all of them with `all`. May be repeated.",
        zh: "读取某个命名空间的事件；all 表示全部命名空间。可重复使用。",
      },
    },
    ...clusterOptions,
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
        en: "Go on reading what is added, a line for each failure, until Ctrl-C.",
        zh: "持续读取新增内容，逐行显示失败，直到 Ctrl-C。",
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
      command: "moorline logs --on ssh://root@harbor.example.com --since 2h",
      explanation: {
        en: "Harbor's logs on its machine: /var/log/harbor, or its containers'.",
        zh: "Harbor 所在机器上的日志：/var/log/harbor 或其容器的日志。",
      },
    },
    {
      command: "moorline logs --on ssh://root@node-1 unit:kubelet unit:containerd",
      explanation: { en: "A node's journal.", zh: "节点的 systemd 日志。" },
    },
    {
      command: "moorline logs --pods harbor --pods kubesphere-system/app=ks-apiserver --events all --follow",
      explanation: {
        en: "Harbor and ks-apiserver in the cluster, and the cluster's events, as they come.",
        zh: "持续查看集群中的 Harbor、ks-apiserver 以及集群事件。",
      },
    },
  ],
  exits: [{ code: exitCodes.pending, meaning: { en: "Failures were found.", zh: "发现失败。" } }],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const now = io.clock.now().getTime();
  const since = sinceTime(invocation.option("since"), now);
  const follow = invocation.flag("follow");
  await using opened = await openSources(invocation, since);
  using _bounded = boundYoungGeneration();
  const paint = painter(io.colours);
  const analysis = await analyseLogs(opened.sources, {
    now,
    signal: io.stopping,
    atOnce: opened.atOnce,
    ...(since !== undefined && { since }),
    ...(follow && {
      onFinding: (cause, { text, time, source }) => {
        const at = time === undefined ? "" : `${shownTime(time)} `;
        const title = paint.bold(inLanguage(cause.title, language));
        io.out(
          `${at}${title} ${paint.dim(`[${cause.code}] ${printable(source)}`)}\n  ${printable(text.trim().slice(0, 500))}\n`,
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
