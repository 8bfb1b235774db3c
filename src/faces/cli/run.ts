import { describeError, fromUnknown, MoorlineError, MoorlineErrors } from "../../model/errors.ts";
import { inLanguage, type Language } from "../../text/language.ts";
import { languageAsked, readArguments } from "./arguments.ts";
import { catalogue } from "./commands/catalogue.ts";
import type { CommandEntry, Io } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { commandHelp, overview } from "./help.ts";
import { painter } from "./paint.ts";

/**
 * Runs one command line.
 * @param words what stands behind `moorline`
 * @returns the exit code; every error has been worded on standard error
 */
export async function runCommandLine(words: readonly string[], io: Io): Promise<number> {
  const language = languageAsked(words, io);
  try {
    return await dispatch(words, io, language);
  } catch (thrown) {
    if (io.stopping.aborted && !(thrown instanceof MoorlineError)) {
      io.err(`${inLanguage({ en: "Stopped on request.", zh: "已按请求停止。" }, language)}\n`);
      return exitCodes.stopped;
    }
    reportErrors(thrown, io, language);
    return exitCodes.error;
  }
}

async function dispatch(words: readonly string[], io: Io, language: Language): Promise<number> {
  const entry = find(words);
  if (entry === undefined) {
    const rest = words.filter((word, i) => !word.startsWith("-") && words[i - 1] !== "--lang");
    if (rest.length > 0) {
      const group = catalogue.filter((c) => c.name.startsWith(`${rest[0]} `));
      if (group.length === 0 || (rest.length > 1 && rest[1] !== "help")) throw unknownCommand(rest);
      io.out(overview(group, language));
      return words.includes("--help") || words.includes("-h") ? exitCodes.done : exitCodes.error;
    }
    if (words.includes("--version")) return dispatch(["version"], io, language);
    io.out(overview(catalogue, language));
    return words.length === 0 || words.includes("--help") || words.includes("-h")
      ? exitCodes.done
      : exitCodes.error;
  }
  const command = await entry.load();
  const invocation = readArguments(command, words.slice(entry.name.split(" ").length), io);
  if (invocation.flag("help")) {
    io.out(commandHelp(command, invocation.language));
    return exitCodes.done;
  }
  return command.run({ ...invocation, catalogue });
}

/** The command whose words stand first; of `render` and `render install` the longer one. */
function find(words: readonly string[]): CommandEntry | undefined {
  const fitting = catalogue.filter((c) => c.name.split(" ").every((word, i) => words[i] === word));
  return fitting.toSorted((a, b) => b.name.length - a.name.length)[0];
}

function unknownCommand(words: readonly string[]): MoorlineError {
  const [first = ""] = words;
  const typed = words.slice(0, 2).join(" ");
  const group = catalogue.map((c) => c.name).filter((name) => name.startsWith(`${first} `));
  const near = catalogue
    .map((c) => c.name)
    .filter((n) => distance(n, first) <= 2 || distance(n, typed) <= 2 || isNearGroup(n, first));
  const nearest = near.toSorted((a, b) => distance(a, typed) - distance(b, typed)).slice(0, 3);
  const others = nearest.length === 0 ? group : [];
  const hint =
    others.length > 0
      ? { en: `; of ${first} there are ${others.join(", ")}`, zh: `；${first} 包含 ${others.join("、")}` }
      : nearest.length > 0
        ? { en: `; did you mean ${nearest.join(", ")}`, zh: `；您是否想用 ${nearest.join("、")}` }
        : { en: "", zh: "" };
  const subject = group.length > 0 ? typed : first;
  return new MoorlineError("CLI_UNKNOWN_COMMAND", { subject, parameters: { hint } });
}

/** Whether a word is nearly the first of a command of two: `pkii` for `pki issue`. */
function isNearGroup(name: string, word: string): boolean {
  const [group, second] = name.split(" ");
  return second !== undefined && group !== word && word.length > 2 && distance(group ?? "", word) <= 1;
}

/** Edits between two words (Levenshtein 1966), for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Words everything that was thrown: what happened, what to do now, and the code to search for. */
function reportErrors(thrown: unknown, io: Io, language: Language): void {
  const paint = painter(io.colours);
  const errors = thrown instanceof MoorlineErrors ? thrown.errors : [fromUnknown(thrown, "moorline")];
  for (const error of errors) {
    const { what, remedy } = describeError(error, language);
    io.err(`${paint.red("✗")} ${what}\n  ${remedy} ${paint.dim(`[${error.code}]`)}\n`);
    if (
      error.code === "INTERNAL" &&
      io.environment.MOORLINE_DEBUG !== undefined &&
      error.cause instanceof Error
    )
      io.err(`${error.cause.stack ?? ""}\n`);
  }
}
