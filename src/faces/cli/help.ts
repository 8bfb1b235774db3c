import { inLanguage, type Bilingual, type Language } from "../../text/language.ts";
import type { Command, Option } from "./command.ts";
import { commonOptions } from "./options.ts";
import { displayWidth } from "./text-width.ts";

const headings = {
  usage: { en: "Usage", zh: "用法" },
  commands: { en: "Commands", zh: "命令" },
  arguments: { en: "Arguments", zh: "参数" },
  options: { en: "Options", zh: "选项" },
  examples: { en: "Examples", zh: "示例" },
  exits: { en: "Exit codes", zh: "退出码" },
  default: { en: "default", zh: "默认" },
  oneOf: { en: "one of", zh: "可选" },
  more: {
    en: "`moorline COMMAND --help` tells more of one command.",
    zh: "`moorline 命令 --help` 显示某个命令的详细帮助。",
  },
} as const satisfies Record<string, Bilingual>;

const usualExits: NonNullable<Command["exits"]> = [
  { code: 0, meaning: { en: "done, or nothing to do", zh: "完成，或无需操作" } },
  {
    code: 1,
    meaning: {
      en: "an error; nothing was changed that it did not say",
      zh: "出错；除已说明的之外没有任何更改",
    },
  },
];

/** Two columns, the second wrapped by the terminal itself. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(32, Math.max(0, ...rows.map(([left]) => displayWidth(left))));
  return rows.map(([left, right]) => {
    const pad = " ".repeat(Math.max(1, width - displayWidth(left) + 2));
    return displayWidth(left) > width
      ? `  ${left}\n  ${" ".repeat(width + 2)}${right}`
      : `  ${left}${pad}${right}`;
  });
}

function optionWords(option: Option): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? "" : ` ${option.value}`}`;
}

function usage(command: Command): string {
  const positionals = (command.arguments ?? []).map((a) => {
    const word = a.variadic === true ? `${a.name}…` : a.name;
    return a.optional === true ? `[${word}]` : word;
  });
  return ["moorline", command.name, ...positionals, "[OPTIONS]"].join(" ");
}

/** The help of one command. */
export function commandHelp(command: Command, language: Language): string {
  const say = (text: Bilingual): string => inLanguage(text, language);
  const option = (o: Option): readonly [string, string] => {
    const notes = [
      ...(o.choices === undefined ? [] : [`${say(headings.oneOf)}: ${o.choices.join(", ")}`]),
      ...(o.default === undefined ? [] : [`${say(headings.default)}: ${o.default}`]),
    ];
    return [
      optionWords(o),
      notes.length === 0 ? say(o.description) : `${say(o.description)} (${notes.join("; ")})`,
    ];
  };
  const section = (heading: Bilingual, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", `${say(heading)}:`, ...lines];
  return [
    say(command.summary),
    ...section(headings.usage, [`  ${usage(command)}`]),
    ...(command.description === undefined ? [] : ["", say(command.description)]),
    ...section(
      headings.arguments,
      columns((command.arguments ?? []).map((a) => [a.name, say(a.description)])),
    ),
    ...section(headings.options, columns([...(command.options ?? []), ...commonOptions].map(option))),
    ...section(
      headings.examples,
      (command.examples ?? []).flatMap((e) => [`  ${e.command}`, `      ${say(e.explanation)}`]),
    ),
    ...section(
      headings.exits,
      columns(
        [
          ...usualExits.filter((u) => !(command.exits ?? []).some((e) => e.code === u.code)),
          ...(command.exits ?? []),
        ]
          .toSorted((a, b) => a.code - b.code)
          .map((e) => [String(e.code), say(e.meaning)]),
      ),
    ),
    "",
  ].join("\n");
}

/** The list of commands. */
export function overview(
  commands: readonly { readonly name: string; readonly summary: Bilingual }[],
  language: Language,
): string {
  const say = (text: Bilingual): string => inLanguage(text, language);
  return [
    say({
      en: "Moorline ties KubeSphere to Harbor over HTTPS, proves it from outside, and keeps it so.",
      zh: "Moorline 通过 HTTPS 将 KubeSphere 与 Harbor 对接，从外部加以验证，并持续保持。",
    }),
    "",
    `${say(headings.usage)}:`,
    "  moorline COMMAND [OPTIONS]",
    "",
    `${say(headings.commands)}:`,
    ...columns(commands.map((c) => [c.name, say(c.summary)])),
    "",
    say(headings.more),
    "",
  ].join("\n");
}
