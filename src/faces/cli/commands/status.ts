import type { DueState } from "../../../engine/due-date.ts";
import { gatherStatus, type Status, type StatusItem } from "../../../engine/status.ts";
import { concurrently } from "../../../clients/concurrency.ts";
import {
  isCarriedOutHere,
  nodeDueDates,
  unread,
  type NodeDueDate,
} from "../../../kinds/node-trust/due-dates.ts";
import { nodesOf, thisMachine } from "../../../kinds/node-trust/nodes.ts";
import { clusterKinds, kinds } from "../../../kinds/registry.ts";
import { describeError } from "../../../model/errors.ts";
import { nameOf } from "../../../model/document.ts";
import type { Language } from "../../../text/language.ts";
import { message, render, type Message } from "../../../text/message.ts";
import type { Command, Io } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions, inputOption, outputOption } from "../options.ts";
import { painter } from "../paint.ts";
import { openSession, type Session } from "../session.ts";
import { flowed, padded, displayWidth } from "../text-width.ts";

export const statusCommand: Command = {
  name: "status",
  summary: {
    en: "List what ends when, and what renews it.",
    zh: "列出证书、CA、吊销列表和机器人账户的到期时间及续期方式。",
  },
  description: {
    en: "Every certificate, CA, revocation list, robot and registry Secret of the documents, and the files of the nodes that NodeTrust lists (read over SSH; of this machine where it is one), the most urgent first. `due`: the time to renew it has come; `overdue`: it has ended, or half of the time between due and end has passed. Writes nothing.",
    zh: "列出文档涉及的所有证书、CA、吊销列表、机器人账户和镜像服务 Secret，以及 NodeTrust 所列节点上的文件（通过 SSH 读取；本机为节点时也包括本机），最紧急的在前。“待续期”表示已到续期时间；“逾期”表示已到期，或续期时间到期限之间已过去一半。不做任何更改。",
  },
  options: [
    inputOption,
    {
      name: "on",
      value: "NAME",
      repeatable: true,
      description: {
        en: "Read only this of the nodes that NodeTrust documents list; may be repeated. All otherwise.",
        zh: "仅读取 NodeTrust 中列出的该节点；可重复使用。默认读取全部节点。",
      },
    },
    outputOption,
    ...clusterOptions,
  ],
  exits: [
    {
      code: exitCodes.error,
      meaning: {
        en: "Something is overdue, or a document could not be looked at.",
        zh: "有内容逾期，或有文档无法读取。",
      },
    },
    { code: exitCodes.pending, meaning: { en: "Something is due.", zh: "有内容待续期。" } },
  ],
  examples: [
    {
      command: "moorline status -f docs/",
      explanation: { en: "Days left of everything.", zh: "查看各项剩余天数。" },
    },
  ],
  run: async (invocation) => {
    const { io, language } = invocation;
    const onlyNodes = invocation.options("on");
    await using session = await openSession(invocation);
    const status = await gatherStatus(session.documents, kinds, session.world, {
      only: clusterKinds,
      more: await onNodes(session, onlyNodes.length > 0 ? onlyNodes : undefined, io.stopping),
      signal: io.stopping,
    });
    io.out(
      invocation.option("output") === "json"
        ? `${JSON.stringify(statusJson(status, language), null, 2)}\n`
        : showStatus(status, io, language),
    );
    const states = new Set(status.items.map((i) => i.state));
    if (states.has("overdue") || status.failures.length > 0) return exitCodes.error;
    return states.has("due") ? exitCodes.pending : exitCodes.done;
  },
};

/** Nodes read at a time. */
const atOnce = 8;

/**
 * Reads the files of the nodes that the documents list, and of this machine where a document that lists none was
 * carried out here.
 * @param only names of nodes; all by default
 */
async function onNodes(
  { documents, world }: Session,
  only: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly NodeDueDate[]> {
  const listed = nodesOf(documents, only);
  const dates = await concurrently(listed, atOnce, (node) => nodeDueDates(node, world, signal), signal);
  if (only !== undefined) return dates.flat();
  const here = thisMachine(documents, world);
  const unlisted: NodeDueDate[] = [];
  for (const document of here.documents.filter((d) => d.spec.nodes === undefined))
    if (await isCarriedOutHere(document, world))
      unlisted.push(...(await nodeDueDates({ ...here, documents: [document] }, world, signal)));
    else
      unlisted.push({
        ...unread("-"),
        unknown: message("status.unknownUnlisted"),
        document: nameOf(document),
      });
  return [...dates.flat(), ...unlisted];
}

const states: Readonly<Record<DueState, Message>> = {
  ok: message("status.state.ok"),
  due: message("status.state.due"),
  overdue: message("status.state.overdue"),
  unknown: message("status.state.unknown"),
};

const endIn = (item: StatusItem, language: Language): string =>
  render(
    item.daysLeft === undefined
      ? message("status.never")
      : item.daysLeft < 0
        ? message("status.ended", { days: -item.daysLeft })
        : message("status.daysLeft", { days: item.daysLeft }),
    language,
  );

export function showStatus(
  { items, failures }: Status,
  io: Pick<Io, "colours" | "width">,
  language: Language,
): string {
  const paint = painter(io.colours);
  const colours = { ok: paint.green, due: paint.yellow, overdue: paint.red, unknown: paint.dim };
  const signs = { ok: "✓", due: "!", overdue: "✗", unknown: "?" };
  const rows = items.map((item) => ({
    item,
    state: render(states[item.state], language),
    left: item.unknown === undefined ? endIn(item, language) : "",
    what: render(item.what, language),
  }));
  const width = (of: (row: (typeof rows)[number]) => string): number =>
    Math.max(0, ...rows.map((row) => displayWidth(of(row))));
  const [stateWidth, leftWidth] = [
    width((r) => r.state),
    Math.min(
      24,
      width((r) => r.left),
    ),
  ];
  const lines = rows.flatMap(({ item, state, left, what }) => {
    const head = `${signs[item.state]} ${padded(state, stateWidth)}  ${padded(left, leftWidth)}  `;
    const end = item.expiresAt === undefined ? "" : `${item.expiresAt.slice(0, 16)}Z`;
    const age =
      item.ageDays === undefined ? "" : render(message("status.age", { days: item.ageDays }), language);
    const why = item.unknown === undefined ? "" : render(item.unknown, language);
    const place = item.where === "-" ? "" : item.where;
    const [first = "", ...more] = [why, end, age, item.document, place].filter((piece) => piece !== "");
    const pieces = [`    ${first}`, ...more, `→ ${render(item.renewedBy, language)}`];
    return [
      ...flowed([`${head}${what}`], io.width, "    ").map((line) => colours[item.state](line)),
      ...flowed(pieces, io.width, "    ").map((line) => paint.dim(line)),
    ];
  });
  const failed = failures.flatMap(({ document, error }) => {
    const { what, remedy } = describeError(error, language);
    return [paint.red(`✗ ${document}: ${what}`), `    ${remedy} ${paint.dim(`[${error.code}]`)}`];
  });
  const count = (state: DueState): number => items.filter((i) => i.state === state).length;
  const summary = message("status.summary", {
    overdue: count("overdue"),
    due: count("due"),
    unknown: count("unknown"),
    ok: count("ok"),
  });
  const nothing = items.length === 0 && failures.length === 0;
  return `${[...failed, ...lines, render(nothing ? message("status.nothing") : summary, language)].join("\n")}\n`;
}

const statusJson = ({ at, items, failures }: Status, language: Language): unknown => ({
  at: at.toISOString(),
  items: items.map(({ what, renewedBy, unknown, ...item }) => ({
    ...item,
    what: render(what, language),
    renewedBy: render(renewedBy, language),
    ...(unknown !== undefined && { unknown: render(unknown, language) }),
  })),
  failures: failures.map(({ document, error }) => ({
    document,
    code: error.code,
    ...describeError(error, language),
  })),
});
