import type { Bilingual, Language } from "../../text/language.ts";
import type { Clock, Random } from "../../engine/world.ts";

/** An option of a command. */
export interface Option {
  /** Long name without dashes: `output`. */
  readonly name: string;
  readonly short?: string;
  readonly description: Bilingual;
  /** The placeholder of its value in help; absent for a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given several times; the values are collected. */
  readonly repeatable?: true;
  readonly default?: string;
}

export interface Argument {
  readonly name: string;
  readonly description: Bilingual;
  readonly optional?: true;
  /** Takes all that follow. */
  readonly variadic?: true;
}

/** A command as data: help, completion and the reference page are generated from it. */
export interface Command {
  /** As typed: `plan`, `pki issue`. */
  readonly name: string;
  readonly summary: Bilingual;
  /** What a person should know before using it; paragraphs. */
  readonly description?: Bilingual;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly examples?: readonly { readonly command: string; readonly explanation: Bilingual }[];
  /** Exit codes other than 0 and 1. */
  readonly exits?: readonly { readonly code: number; readonly meaning: Bilingual }[];
  /** @returns the exit code. Throws MoorlineError; the edge words it and exits with 1. */
  run(invocation: Invocation): Promise<number>;
}

/** The process as a command sees it; tests make their own. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  out(text: string): void;
  err(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Whether a person looks at standard output, and whether colours reach them. */
  readonly interactive: boolean;
  readonly colours: boolean;
  /** Width of the terminal in columns. */
  readonly width: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts on the first Ctrl-C (finish what is in hand) and on the second (cut it off). */
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
}

/** A command in the list: what help needs at once, and the rest when it is called (cold start). */
export interface CommandEntry {
  readonly name: string;
  readonly summary: Bilingual;
  load(): Promise<Command>;
}

export interface Invocation {
  readonly io: Io;
  /** Every command there is. */
  readonly catalogue: readonly CommandEntry[];
  readonly language: Language;
  readonly arguments: readonly string[];
  /** The last value of an option, or its default. */
  readonly option: (name: string) => string | undefined;
  /** All values of a repeatable option. */
  readonly options: (name: string) => readonly string[];
  readonly flag: (name: string) => boolean;
}
