import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";
import { tryCommand, type CommandResult } from "./command.ts";
import { startDoctorSite, type DoctorSite } from "./testing/doctor-site.ts";
import { dockerConfig, type Account } from "./testing/harbor.ts";
import { followLog } from "./testing/log-since.ts";
import { dockerHost } from "./testing/node-files.ts";

const rig = rigAddresses();
const { authenticated, tokens } = rig.registries;

let site: DoctorSite;
/** docker's configuration, so that no login of the machine's is used. */
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-docker-"));
  site = await startDoctorSite("rig-doctor-docker");
  await expectSilence();
});
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function docker(...words: readonly string[]): Promise<CommandResult> {
  const server = ["--config", folder, "--host", `unix://${rig.dockerSocket}`];
  return tryCommand(["docker", ...server, ...words], { timeout: 60_000 });
}

async function pullAs(account: Account, image: string): Promise<CommandResult> {
  await writeFile(join(folder, "config.json"), dockerConfig(image.split("/")[0] ?? "", account));
  const pulled = await docker("pull", image);
  if (pulled.status === 0) await docker("image", "rm", image);
  return pulled;
}

async function login(host: string): Promise<CommandResult> {
  return docker("login", "--username", site.robot.name, "--password", wrong().secret, host);
}

/** A pull that works, and words without a cause in them. */
async function expectSilence(): Promise<void> {
  await using _ = await dockerHost(site.host);
  const since = await followLog("dockerd");
  const { status, stdout, stderr } = await pullAs(site.robot, site.image);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(await site.logs(["-"], `${stdout}${await since("")}`)).toEqual([]);
}

const wrong = (): Account => ({ ...site.robot, secret: "Not-the-secret-1" });
const faults: readonly {
  readonly name: string;
  readonly cause: string;
  readonly isTrusted?: false;
  readonly run: () => Promise<CommandResult>;
  /** The end of what dockerd's log tells of it; it has no line for a login that a token service refuses. */
  readonly word?: string;
}[] = [
  {
    name: "a pull from a registry whose CA docker was not given",
    cause: "AUTHORITY_UNKNOWN",
    isTrusted: false,
    run: () => pullAs(site.robot, site.image),
    word: "returned error",
  },
  {
    name: "a pull with a wrong password",
    cause: "PULL_REFUSED",
    run: () => pullAs(wrong(), site.image),
    word: "pull after error",
  },
  {
    name: "a login with a wrong password at Harbor",
    cause: "LOGIN_REFUSED",
    run: () => login(site.host),
  },
  {
    name: "a login with a wrong password at docker-registry",
    cause: "LOGIN_REFUSED",
    run: () => login(authenticated.host),
    word: "returned error",
  },
  {
    name: "a pull of a tag that Harbor does not have",
    cause: "IMAGE_NOT_FOUND",
    run: () => pullAs(site.robot, site.image.replace(/:1$/, ":absent")),
    word: "pull after error",
  },
  {
    name: "a pull of a tag that docker-registry does not have",
    cause: "IMAGE_NOT_FOUND",
    run: async () => {
      const secret = await readFile(authenticated.passwordPath, "utf8");
      return pullAs({ name: authenticated.user, secret }, `${tokens}/rig/busybox:absent`);
    },
    word: "pull after error",
  },
];

test.each(faults)("docker's and dockerd's words of $name tell $cause", async ({ cause, ...fault }) => {
  {
    await using stack = new AsyncDisposableStack();
    if (fault.isTrusted !== false)
      for (const host of [site.host, tokens, authenticated.host]) stack.use(await dockerHost(host));
    const since = await followLog("dockerd");
    const { status, stderr } = await fault.run();
    expect(status).not.toBe(0);
    expect(await site.logs(["-"], stderr)).toEqual([cause]);
    const log = join(folder, "dockerd.log");
    await writeFile(log, await since(fault.word ?? ""));
    expect((await site.logs([log]))[0]).toBe(fault.word === undefined ? undefined : cause);
  }
  await expectSilence();
});
