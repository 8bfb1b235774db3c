import { parseArgs } from "node:util";
import { MoorlineError } from "../../model/errors.ts";
import { languageOf, type Language } from "../../text/language.ts";
import type { Command, Invocation, Io, Option } from "./command.ts";
import { commonOptions } from "./options.ts";

/**
 * Reads a command's arguments as its declaration says.
 * @throws MoorlineError CLI_* naming the option or argument that does not fit
 */
export function readArguments(
  command: Command,
  words: readonly string[],
  io: Io,
): Omit<Invocation, "catalogue"> {
  const declared = [...(command.options ?? []), ...commonOptions];
  const { values, positionals } = parse(command, declared, words);
  const all = (name: string): readonly string[] => {
    const value = values[name];
    if (Array.isArray(value)) return value.filter((v) => typeof v === "string");
    return typeof value === "string" ? [value] : [];
  };
  for (const option of declared) checkChoice(command, option, all(option.name));
  checkPositionals(command, positionals, values.help === true);
  return {
    io,
    language: languageFrom(all("lang").at(-1), io),
    arguments: positionals,
    option: (name) => all(name).at(-1) ?? declared.find((o) => o.name === name)?.default,
    options: all,
    flag: (name) => values[name] === true,
  };
}

/** The language asked for by `--lang`, found even where the rest of the line is wrong. */
export function languageAsked(words: readonly string[], io: Pick<Io, "environment">): Language {
  const at = words.findIndex((w) => w === "--lang" || w.startsWith("--lang="));
  const word = words[at];
  const value = word?.startsWith("--lang=") ? word.slice("--lang=".length) : words[at + 1];
  return at === -1 ? languageOf(io.environment) : languageFrom(value, io);
}

function languageFrom(value: string | undefined, io: Pick<Io, "environment">): Language {
  if (value === "en" || value === "zh-CN") return value;
  return languageOf(io.environment);
}

function parse(
  command: Command,
  declared: readonly Option[],
  words: readonly string[],
): { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] } {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        declared.map((o) => [
          o.name,
          {
            type: o.value === undefined ? ("boolean" as const) : ("string" as const),
            ...(o.short === undefined ? {} : { short: o.short }),
            ...(o.repeatable === true ? { multiple: true } : {}),
          },
        ]),
      ),
    });
  } catch (thrown) {
    throw wordsDoNotFit(command, declared, words, thrown);
  }
}

function wordsDoNotFit(
  command: Command,
  declared: readonly Option[],
  words: readonly string[],
  thrown: unknown,
): MoorlineError {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const option = /'(-[^' ]*)/.exec(reason)?.[1] ?? words.join(" ");
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION")
    return new MoorlineError("CLI_UNKNOWN_OPTION", {
      subject: `moorline ${command.name}`,
      parameters: { option, known: declared.map((o) => `--${o.name}`).join(", ") },
      cause: thrown,
    });
  return new MoorlineError("CLI_OPTION_VALUE", {
    subject: `moorline ${command.name}`,
    parameters: { option, command: command.name },
    cause: thrown,
  });
}

function checkChoice(command: Command, option: Option, values: readonly string[]): void {
  const wrong = values.find((v) => option.choices !== undefined && !option.choices.includes(v));
  if (wrong === undefined) return;
  throw new MoorlineError("CLI_OPTION_CHOICE", {
    subject: `moorline ${command.name}`,
    parameters: { option: `--${option.name}`, value: wrong, choices: (option.choices ?? []).join(", ") },
  });
}

function checkPositionals(command: Command, given: readonly string[], help: boolean): void {
  if (help) return;
  const wanted = command.arguments ?? [];
  const least = wanted.filter((a) => a.optional !== true).length;
  const most = wanted.some((a) => a.variadic === true) ? Infinity : wanted.length;
  if (given.length < least)
    throw new MoorlineError("CLI_ARGUMENT_MISSING", {
      subject: `moorline ${command.name}`,
      parameters: { argument: wanted[given.length]?.name ?? "", command: command.name },
    });
  if (given.length > most)
    throw new MoorlineError("CLI_ARGUMENT_EXTRA", {
      subject: `moorline ${command.name}`,
      parameters: { argument: given[most] ?? "", command: command.name },
    });
}
