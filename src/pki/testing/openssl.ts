import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** Runs openssl to its end; a non-zero exit is an outcome, not an error. */
export function openssl(
  args: readonly string[],
  options: { cwd?: string; input?: string } = {},
): Promise<Outcome> {
  return run("openssl", args, options);
}

export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; input?: string } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: options.cwd, timeout: 60_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, output: stdout + stderr });
    });
    // a program may end without reading its input
    child.stdin?.on("error", () => child.stdin?.destroy());
    child.stdin?.end(options.input);
  });
}

/** Whether a program is on this machine. */
export function isInstalled(program: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, [], { stdio: "ignore" });
    child.on("error", () => resolve(false));
    child.on("spawn", () => {
      child.kill();
      resolve(true);
    });
  });
}

/** A folder of its own for openssl's files, which only knows files for most inputs. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "moorline-pki-"));

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), content);
    return name;
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** @throws where openssl fails: making things must succeed */
  async make(args: readonly string[]): Promise<string> {
    const { status, output } = await openssl(args, { cwd: this.folder });
    if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${output}`);
    return output;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Works through items, two at a time: the machine has two cores. */
export async function twoAtATime<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await work(next[1]);
  };
  await Promise.all([worker(), worker()]);
  return results;
}
