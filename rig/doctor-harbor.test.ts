import { afterAll, beforeAll, expect, test } from "vitest";
import { startDoctorSite, type Codes, type DoctorSite } from "./testing/doctor-site.ts";
import { containerdHost, hostsToml, type HostFolder } from "./testing/node-files.ts";

let site: DoctorSite;
let trust: HostFolder;
beforeAll(async () => {
  site = await startDoctorSite("rig-doctor-harbor");
  trust = await containerdHost(site.host, { "hosts.toml": hostsToml(site.host) });
  await expectHealthy();
});
afterAll(async () => {
  await trust?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

async function podDoctor(name: string, ...more: readonly string[]): Promise<Codes> {
  return site.doctor([`pod/${name}`, "-n", site.namespace, ...more]);
}

/** HarborRegistry alone: this node's files are the test's. */
async function expectHealthy(): Promise<void> {
  const pod = await site.pod();
  expect(["Running", "Succeeded"]).toContain(pod.phase);
  expect(await podDoctor(pod.name, "-f", site.registry)).toEqual([]);
}

test("of a real pod whose project Harbor does not have that is the cause", async () => {
  const pod = await site.pod(`${site.host}/nosuch-project/app:1`);
  expect(pod).toMatchObject({ phase: "Pending" });
  expect((await podDoctor(pod.name, "-f", site.registry))[0]).toBe("PROJECT_NOT_FOUND");
  // Without Harbor's own word nobody can tell it from a missing right.
  expect((await podDoctor(pod.name))[0]).toBe("PULL_REFUSED");
  await expectHealthy();
});

test("of a real pod whose Secret has a wrong password of a robot that is there, that is the cause", async () => {
  await site.putSecret({ ...site.robot, secret: "Not-the-secret-1" });
  const pod = await site.pod();
  expect(pod).toMatchObject({ phase: "Pending" });
  expect((await podDoctor(pod.name, "-f", site.registry))[0]).toBe("ROBOT_CREDENTIAL_WRONG");
  expect((await podDoctor(pod.name))[0]).toBe("CREDENTIAL_REFUSED");
  await site.putSecret(site.robot);
  await expectHealthy();
});
