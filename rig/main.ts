import { rigAddresses } from "./addresses.ts";
import { tryCommand } from "./command.ts";
import { bringDown, purge } from "./down.ts";
import { rigLayout, type RigLayout } from "./layout.ts";
import { recordedNames, runningProcess } from "./processes.ts";
import { bringUp, restartContainerd } from "./up.ts";

const usage = `usage: node rig/main.ts [up | status | down | purge | restart containerd]

  up       install what is missing, build Kubernetes unless the cache has it, start everything (the default)
  status   what runs, and where it is met
  down     stop everything
  purge    down, and delete all data but the cache
  restart  restart containerd with its configuration as it is now`;

const commands: Readonly<Record<string, (layout: RigLayout, log: (line: string) => void) => Promise<void>>> =
  {
    up: bringUp,
    status,
    down: bringDown,
    purge: async (layout, log) => {
      await bringDown(layout, log);
      await purge(layout);
    },
    "restart containerd": restartContainerd,
  };

await main(process.argv.slice(2).join(" ") || "up");

async function main(name: string): Promise<void> {
  const command = commands[name];
  if (command === undefined) {
    console.error(usage);
    process.exitCode = 1;
    return;
  }
  if (name !== "status" && process.getuid?.() !== 0) {
    console.error("The rig installs packages, mounts and runs containers: it needs root.");
    process.exitCode = 1;
    return;
  }
  const layout = rigLayout();
  if (name !== "status" && process.env["MOORLINE_RIG_LOCKED"] !== "yes") {
    process.exitCode = await runLocked(layout);
    return;
  }
  const began = Date.now();
  try {
    await command(layout, (line) => console.log(line));
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return;
  }
  if (name !== "status") console.log(`${name}: done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

// One run at a time: flock(1) holds the lock as long as the command lives, however it ends.
async function runLocked(layout: RigLayout): Promise<number> {
  const again = [process.execPath, ...process.argv.slice(1)];
  const result = await tryCommand(["flock", "--close", "--exclusive", `${layout.home}.lock`, ...again], {
    show: true,
    timeout: 2 * 60 * 60_000,
    environment: { MOORLINE_RIG_LOCKED: "yes" },
  });
  return result.status;
}

async function status(layout: RigLayout, log: (line: string) => void): Promise<void> {
  for (const name of await recordedNames(layout)) {
    const running = await runningProcess(layout, name);
    log(`${name}: ${running === undefined ? "not running" : `pid ${running.pid}`}`);
  }
  log(JSON.stringify(rigAddresses(layout), undefined, 2));
}
