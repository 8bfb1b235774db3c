// The entry: a command line to its face, nothing else. Everything heavier is imported when it is called for.
const words = process.argv.slice(2);
if (words.length === 1 && words[0] === "version") {
  // Scripts and prompts ask for this often: it answers before anything else is read.
  const { versionLine } = await import("./faces/cli/version-line.ts");
  process.stdout.write(versionLine());
} else {
  // Compiled code is kept between runs; where there is no place for it, nothing is lost but time.
  (await import("node:module")).enableCompileCache();
  const [{ processIo }, { runCommandLine }] = await Promise.all([
    import("./faces/cli/process-io.ts"),
    import("./faces/cli/run.ts"),
  ]);
  process.exitCode = await runCommandLine(words, processIo());
}
