import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { MoorlineError } from "../../../../model/errors.ts";
import { composeMachine, type ComposeMachine } from "./testing/machine.ts";
import { applied, expectOurs, failuresOf, planOf, snapshot } from "./testing/runs.ts";

// Each starts a dozen small programs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** The machines whose one failure has happened. */
const failed = new WeakSet<ComposeMachine>();

describe("what fails after the first write is put back, and the old certificate serves again", () => {
  test.each<[string, "https" | "http", (m: ComposeMachine) => Promise<void> | void, RegExp]>([
    [
      "a new serial that is never seen",
      "https",
      (m) => m.set("keep-loaded"),
      /does not show the certificate/,
    ],
    [
      "a disk that is full at the last file",
      "https",
      (m) => {
        m.through((host) => ({
          ...host,
          overwriteInPlace: async (path, bytes) => {
            if (
              path.endsWith("secret/cert/server.key") &&
              !(await host.readFile(path))?.bytes.equals(Buffer.from(bytes as string)) &&
              !failed.has(m)
            ) {
              failed.add(m);
              throw new MoorlineError("HOST_DISK_FULL", { subject: path, parameters: { reason: "ENOSPC" } });
            }
            return host.overwriteInPlace(path, bytes);
          },
        }));
      },
      /no room left/,
    ],
    [
      "an nginx -t that says no to the new pair",
      "https",
      (m) => {
        m.through((host) => ({
          ...host,
          run: async (argv, options) => {
            const isTest =
              argv.includes("-t") &&
              (await m.read(join(m.data, "secret/cert/server.crt"))) ===
                (await m.read(join(m.root, "certificates/harbor.crt"))) &&
              !failed.has(m) &&
              (await readdir(join(m.directory, "moorline-backups")).catch((): string[] => [])).includes(
                "pending.json",
              );
            if (isTest) {
              failed.add(m);
              return { exitCode: 1, stdout: "", stderr: "nginx: [emerg] bad weather", truncated: false };
            }
            return host.run(argv, options);
          },
        }));
      },
      /bad weather/,
    ],
    ["a prepare that fails", "http", (m) => m.set("prepare-fails"), /ssl_cert is not set/],
  ])("%s", async (_what, harbor, spoil, said) => {
    await using machine = await composeMachine({ harbor });
    const before = await snapshot(machine);
    const shown = await machine.shown();
    await spoil(machine);
    const errors = await failuresOf(machine.document(), machine);
    expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_UNDONE"]);
    expect(errors[0]?.message).toMatch(said);
    expect(await snapshot(machine)).toEqual(before);
    expect({ ...(await machine.shown()) }).toEqual({ ...shown });
  });

  test.each([
    [
      "v1",
      "ERROR: for nginx  Cannot start service proxy: driver failed programming external connectivity on endpoint nginx: Bind for 0.0.0.0:443 failed: port is already allocated\nERROR: Encountered errors while bringing up the project.\n",
    ],
    [
      "v2",
      " Container nginx  Starting\nError response from daemon: driver failed programming external connectivity on endpoint nginx (0123): Bind for 0.0.0.0:443 failed: port is already allocated\n",
    ],
  ] as const)("containers that do not come up, by compose %s", async (compose, says) => {
    await using machine = await composeMachine({ harbor: "http", compose });
    const before = await snapshot(machine);
    await machine.set("up-fails", says);
    machine.through((host) => ({
      ...host,
      run: async (argv, options) => {
        const result = await host.run(argv, options);
        if (argv.includes("up")) await machine.unset("up-fails");
        return result;
      },
    }));
    const errors = await failuresOf(machine.document(), machine);
    expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_UNDONE"]);
    expect(errors[0]?.message).toMatch(/port is already allocated/);
    expect(errors[0]?.message).not.toMatch(/Container nginx {2}Starting/);
    expect(await snapshot(machine)).toEqual(before);
    expect(await machine.read(join(machine.root, "state/proxy"))).toBe("running\n");
  });

  test("and where even that fails, it is said loudly, and the next run goes on", async () => {
    await using machine = await composeMachine({ harbor: "http" });
    await machine.set("up-fails", "Error response from daemon: no space left on device\n");
    const errors = await failuresOf(machine.document(), machine);
    expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_NOT_UNDONE"]);
    expect(errors[0]?.message).toMatch(/NEEDS YOU NOW/);
    await machine.unset("up-fails");
    const plan = await planOf(machine.document(), machine);
    expect(plan.documents.flatMap((d) => d.findings.map((f) => f.code))).toEqual([
      "COMPOSE_DELIVERY_INTERRUPTED",
    ]);
    await applied(machine.document(), machine);
    await expectOurs(machine);
  });
});
