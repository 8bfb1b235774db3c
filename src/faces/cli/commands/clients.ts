import type { Client } from "../../../kinds/harbor-registry/mutual/clients.ts";
import { nodeFinding } from "../../../kinds/harbor-registry/mutual/findings.ts";
import { reportClients, type ClientReport } from "../../../kinds/harbor-registry/mutual/report.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "../../../kinds/harbor-registry/schema.ts";
import type { Document } from "../../../model/document.ts";
import { describeFinding } from "../../../model/finding.ts";
import type { Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { painter, type Painter } from "../paint.ts";
import { openSession } from "../session.ts";

/** Lines of one list; JSON has all. */
const mostLines = 40;

const isManaged = (document: Document): document is Document<HarborRegistrySpec> =>
  document.kind === harborRegistrySchema.kind &&
  (document as Document<HarborRegistrySpec>).spec.tls.mutual !== undefined;

export const clientsCommand: Command = {
  name: "clients",
  summary: {
    en: "List who comes to Harbor with and without a client certificate.",
    zh: "列出带与不带客户端证书访问 Harbor 的客户端。",
  },
  description: {
    en: "Reads the log that Harbor's proxy keeps while `tls.mutual` is observe or enforce: address, program, what was asked for, certificate, when. Writes nothing. Exits with 1 while a node of a NodeTrust has not been seen with a valid certificate.",
    zh: "读取 `tls.mutual` 为 observe 或 enforce 时 Harbor 代理记录的日志：地址、程序、访问内容、证书和时间。不做任何更改。仍有 NodeTrust 节点未以有效证书访问过时，退出码为 1。",
  },
  options: [inputOption, outputOption, ...clusterOptions],
  examples: [
    {
      command: "moorline clients -f docs/",
      explanation: { en: "Before `tls.mutual: enforce`.", zh: "在设置 `tls.mutual: enforce` 之前查看。" },
    },
    {
      command: "moorline clients -f docs/ --output json",
      explanation: { en: "Everything, for other programs.", zh: "输出全部内容，供其他程序使用。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    await using session = await openSession(invocation);
    const reports: ClientReport[] = [];
    for (const document of session.documents.filter(isManaged))
      reports.push(await reportClients(document, session.world, io.stopping));
    // Told beside the output, which stays what other programs expect.
    if (reports.length === 0) io.err(`${render(message("mutualTls.reportNone"), language)}\n`);
    io.out(
      invocation.option("output") === "json"
        ? `${JSON.stringify({ registries: reports.map(reportJson) }, null, 2)}\n`
        : reports.map((r) => showReport(r, language, painter(io.colours))).join("\n"),
    );
    const ok = reports.every((r) => r.nodes.every((n) => n.state === "proved"));
    return ok ? exitCodes.done : exitCodes.error;
  },
};

const at = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19) + "Z";

function reportJson({ clients, ...report }: ClientReport): unknown {
  return { ...report, clients: clients.map((c) => ({ ...c, first: at(c.first), last: at(c.last) })) };
}

function showReport(report: ClientReport, language: Language, paint: Painter): string {
  const { registry, url, mode, nodes, clients, settings } = report;
  const without = clients.filter((c) => c.verified !== "success" && c.exempt === "");
  const list = (key: Parameters<typeof message>[0], of: readonly Client[]): string[] => [
    paint.bold(render({ key, parameters: {} }, language)),
    ...(of.length === 0
      ? [
          `  ${paint.dim(render(message("mutualTls.reportNobody", { days: settings.seenWithinDays }), language))}`,
        ]
      : of.slice(0, mostLines).map((c) => `  ${showClient(c, language)}`)),
    ...(of.length > mostLines
      ? [`  ${render(message("mutualTls.reportMore", { count: of.length - mostLines }), language)}`]
      : []),
  ];
  return `${[
    paint.bold(render(message("mutualTls.reportTitle", { registry, url, mode }), language)),
    paint.bold(render(message("mutualTls.reportNodes"), language)),
    ...nodes.map((n) => {
      const proved = n.state === "proved";
      const sign = proved ? paint.green("✓") : paint.red("✗");
      const state = proved
        ? `${n.node}  ${render(message("mutualTls.nodeProved"), language)}`
        : describeFinding(nodeFinding(n, settings.seenWithinDays, "error"), language);
      return `  ${sign} ${state}`;
    }),
    ...list("mutualTls.reportWithout", without),
    ...list(
      "mutualTls.reportExempt",
      clients.filter((c) => c.exempt !== ""),
    ),
    ...list(
      "mutualTls.reportWith",
      clients.filter((c) => c.verified === "success" && c.exempt === ""),
    ),
  ].join("\n")}\n`;
}

function showClient(client: Client, language: Language): string {
  const { address, program, path, verified, reason, subject, serial, count, first, last, exempt } = client;
  const certificate = verified === "success" ? `${subject} #${serial}` : reason || undefined;
  const what = certificate ?? render(message("mutualTls.noCertificate"), language);
  return render(
    message("mutualTls.reportClient", {
      address,
      program,
      path,
      what: exempt === "" ? what : `${exempt}: ${what}`,
      count,
      first: at(first),
      last: at(last),
    }),
    language,
  );
}
