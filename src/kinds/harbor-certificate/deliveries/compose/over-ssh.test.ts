import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { sshHost } from "../../../../clients/host/ssh/ssh-host.ts";
import { sshServer } from "../../../../clients/host/testing/ssh-server.ts";
import { composeMachine } from "./testing/machine.ts";
import { applied, expectOurs, failuresOf, snapshot } from "./testing/runs.ts";

// Each file operation is a round trip and a shell.
vi.setConfig({ testTimeout: 120_000 });

test("over SSH, Harbor gets its first certificate, then renewals, and what fails is put back", async () => {
  await using machine = await composeMachine({ harbor: "http" });
  await using sshd = await sshServer();
  await using remote = sshHost(sshd.options());
  const path = `PATH=${join(machine.root, "bin")}:/usr/bin:/bin`;
  machine.through((local) => ({
    ...remote,
    run: (argv, options) => remote.run(["env", path, ...argv], options),
    dial: (...to) => local.dial(...to),
  }));
  expect((await applied(machine.document(), machine)).at(-1)).toMatchObject({ change: "restart" });
  machine.at(new Date("2026-08-01T00:00:00Z"));
  expect((await applied(machine.document(), machine)).at(-1)).toMatchObject({
    action: { activation: "reload" },
  });
  await expectOurs(machine);

  const [before, shown] = [await snapshot(machine), await machine.shown()];
  await machine.set("keep-loaded");
  machine.at(new Date("2026-10-02T00:00:00Z"));
  const errors = await failuresOf(machine.document(), machine);
  expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_UNDONE"]);
  expect([await snapshot(machine), await machine.shown()]).toEqual([before, shown]);
  expect(sshd.commandLines.filter((line) => line.includes("PRIVATE KEY"))).toEqual([]);
});
