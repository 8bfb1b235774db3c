// The tests compare what Moorline makes with what openssl makes. Where openssl is missing, it is installed from Debian.
import { spawnSync } from "node:child_process";

const runs = (program: string, ...words: string[]): boolean =>
  spawnSync(program, words, { stdio: "ignore" }).status === 0;

if (!runs("openssl", "version")) {
  console.log("openssl is missing; installing it");
  const install = ["install", "-y", "-qq", "--no-install-recommends", "openssl"];
  const installed =
    process.getuid?.() === 0 &&
    (runs("apt-get", ...install) || (runs("apt-get", "update", "-qq") && runs("apt-get", ...install)));
  if (!installed || !runs("openssl", "version")) {
    console.error(
      "✗ The tests need openssl, which is not there.\n  Install it (apt-get install openssl) and run `npm test` again.",
    );
    process.exitCode = 1;
  }
}
