import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { rigLayout } from "../layout.ts";

/** What a program of the rig has logged from now on. @returns reads it, up to now, once it holds a text */
export async function followLog(program: string): Promise<(text: string) => Promise<string>> {
  const path = join(rigLayout().logs, `${program}.log`);
  const { size: start } = await stat(path);
  return async (text) => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const read = await readFrom(path, start);
      if (read.includes(text)) return read;
      if (Date.now() > deadline) throw new Error(`${path} does not tell of ${text}: ${read.slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
}

async function readFrom(path: string, start: number): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  return buffer.toString("utf8", 0, bytesRead);
}
