import type { MessageTable } from "./table.ts";

/** The command line's own words: help, headings, results. */
export const cliMessages = {} as const satisfies MessageTable;
