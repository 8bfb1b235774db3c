// The entry: a command line to its face, nothing else. Everything heavier is imported when it is called for.
import { processIo } from "./faces/cli/process-io.ts";
import { runCommandLine } from "./faces/cli/run.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), processIo());
