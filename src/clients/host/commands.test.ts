import { expect, test } from "vitest";
import { runOrFail } from "./commands.ts";
import { localHost } from "./local.ts";

const host = localHost();
const signal = new AbortController().signal;
const usual = { timeoutMs: 10_000, signal };
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

test("a command gets its words as they are, its input and its environment", async () => {
  expect((await host.run(["/bin/echo", "$HOME; `id` *"], usual)).stdout).toBe("$HOME; `id` *\n");
  expect((await host.run(["cat"], { ...usual, input: "secret" })).stdout).toBe("secret");
  const shown = await host.run(["env"], { ...usual, environment: { ONE: "1" } });
  expect(shown.stdout).toContain("ONE=1\n");
  expect(shown.stdout).not.toContain("HOME=");
});

test("any exit code is an answer, and an error only where success was demanded", async () => {
  const argv = ["/bin/sh", "-c", "echo broken >&2; exit 3"] as const;
  expect(await host.run([...argv], usual)).toEqual({
    exitCode: 3,
    stdout: "",
    stderr: "broken\n",
    truncated: false,
  });
  await expect(runOrFail(host, [...argv], usual)).rejects.toMatchObject({
    code: "HOST_COMMAND_FAILED",
    parameters: { exitCode: 3, reason: "broken" },
  });
  expect((await host.run(["/bin/sh", "-c", "kill -9 $$"], usual)).exitCode).toBe(137);
});

test("output beyond the limit is dropped, and said so", async () => {
  const result = await host.run(["head", "-c", "3000000", "/dev/zero"], { ...usual, maxOutputBytes: 1000 });
  expect(result).toMatchObject({ exitCode: 0, truncated: true });
  expect(result.stdout).toHaveLength(1000);
});

test("a command that is not there is named", async () => {
  await expect(host.run(["moorline-no-such-command"], usual)).rejects.toMatchObject({
    code: "HOST_COMMAND_NOT_FOUND",
    subject: "moorline-no-such-command",
  });
  await expect(host.run(["/dev/null"], usual)).rejects.toEqual(code("HOST_COMMAND_NOT_FOUND"));
});

test("a command that takes too long is ended with its children", async () => {
  const hanging = host.run(["/bin/sh", "-c", "sleep 600 & wait"], { timeoutMs: 50, signal });
  await expect(hanging).rejects.toEqual(code("HOST_COMMAND_TIMEOUT"));
});

test("a cancelled command is ended", async () => {
  const cancel = new AbortController();
  const hanging = host.run(["sleep", "600"], { timeoutMs: 10_000, signal: cancel.signal });
  cancel.abort();
  await expect(hanging).rejects.toEqual(code("CANCELLED"));
  await expect(host.run(["true"], { timeoutMs: 1, signal: cancel.signal })).rejects.toEqual(
    code("CANCELLED"),
  );
});

test("where files stand for another machine, commands are refused unless allowed", async () => {
  await expect(localHost({ root: "/tmp" }).run(["true"], usual)).rejects.toEqual(
    code("HOST_COMMANDS_UNAVAILABLE"),
  );
  const allowed = localHost({ root: "/tmp", commands: "allow" });
  expect((await allowed.run(["true"], usual)).exitCode).toBe(0);
});
