import { expect, test } from "vitest";
import { localHost } from "./local.ts";

const host = localHost();
const signal = new AbortController().signal;
const usual = { timeoutMs: 10_000, signal };
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

test("a command gets nothing of this process's environment but what it is given", async () => {
  const shown = await host.run(["env"], { ...usual, environment: { ONE: "1" } });
  expect(shown.stdout).toContain("ONE=1\n");
  expect(shown.stdout).not.toContain("HOME=");
});

test("where files stand for another machine, commands are refused unless allowed", async () => {
  await expect(localHost({ root: "/tmp" }).run(["true"], usual)).rejects.toEqual(
    code("HOST_COMMANDS_UNAVAILABLE"),
  );
  const allowed = localHost({ root: "/tmp", commands: "allow" });
  expect((await allowed.run(["true"], usual)).exitCode).toBe(0);
});
