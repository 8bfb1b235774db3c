import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rigLayout, type RigLayout } from "./layout.ts";
import { ensureRunning, recordedNames, runningProcess, stopProcess } from "./processes.ts";
import type { Service } from "./services/service.ts";

describe("a process that the rig runs", () => {
  let layout: RigLayout;
  beforeEach(async () => {
    const home = await mkdtemp(join(tmpdir(), "moorline-rig-processes-"));
    layout = rigLayout({ MOORLINE_RIG_HOME: home, MOORLINE_RIG_RUN: home, MOORLINE_RIG_CACHE: home });
  });
  afterEach(async () => {
    for (const name of await recordedNames(layout)) await stopProcess(layout, name);
    await rm(layout.home, { recursive: true });
  });

  const sleeper = (configuration: readonly string[] = []): Service => ({
    name: "sleeper",
    command: ["sleep", "600"],
    configuration,
    ready: async () => true,
  });

  test("is started once, whatever number of times it is asked for", async () => {
    expect(await ensureRunning(layout, sleeper())).toBe("started");
    const first = await runningProcess(layout, "sleeper");
    expect(await ensureRunning(layout, sleeper())).toBe("kept");
    expect(await runningProcess(layout, "sleeper")).toEqual(first);
    expect(await readFile(`/proc/${first?.pid}/cmdline`, "utf8")).toBe("sleep\x00600\x00");
  });

  test("is started anew when a configuration file has changed", async () => {
    const path = join(layout.home, "configuration");
    await writeFile(path, "one");
    await ensureRunning(layout, sleeper([path]));
    const first = await runningProcess(layout, "sleeper");
    await writeFile(path, "two");
    expect(await ensureRunning(layout, sleeper([path]))).toBe("started");
    expect((await runningProcess(layout, "sleeper"))?.pid).not.toBe(first?.pid);
  });

  test("is not mistaken for a later process with the same id, which is left alone", async () => {
    await ensureRunning(layout, sleeper());
    const running = await runningProcess(layout, "sleeper");
    const record = join(layout.processes, "sleeper");
    const genuine = await readFile(record, "utf8");
    await writeFile(record, `${running?.pid} 1 ${running?.fingerprint}\n`);
    expect(await runningProcess(layout, "sleeper")).toBeUndefined();
    expect(await stopProcess(layout, "sleeper")).toBe(false);
    await writeFile(record, genuine);
    expect(await runningProcess(layout, "sleeper")).toEqual(running);
  });

  test("is stopped and forgotten", async () => {
    await ensureRunning(layout, sleeper());
    expect(await stopProcess(layout, "sleeper")).toBe(true);
    expect(await runningProcess(layout, "sleeper")).toBeUndefined();
    expect(await recordedNames(layout)).toEqual([]);
  });

  test("is reported with the end of its log where it ends at once", async () => {
    const failing = {
      ...sleeper(),
      command: ["sh", "-c", "echo the reason; exit 1"],
      ready: async () => false,
    };
    await expect(ensureRunning(layout, failing)).rejects.toThrow(
      /sleeper ended at its start[\s\S]*the reason/,
    );
  });
});
