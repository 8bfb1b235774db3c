import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";
import { ports } from "./layout.ts";
import { putPullSecret, startRigHarbor, type Account, type RigHarbor } from "./testing/harbor.ts";
import { containerdHost, hostsToml, type HostFolder } from "./testing/node-files.ts";
import { failurePrefix, pullMessage } from "./testing/pulls.ts";

const rig = rigAddresses();
const namespace = "rig-harbor";

describe("the sandbox's Harbor, as the real kubelet meets it", () => {
  let harbor: RigHarbor;
  let trust: HostFolder;
  let robot: Account & { readonly id: number };

  beforeAll(async () => {
    harbor = await startRigHarbor();
    trust = await containerdHost(harbor.host, { "hosts.toml": hostsToml(harbor.host) });
    for (const project of ["team-a", "team-b"]) {
      await harbor.createProject(project);
      await harbor.push(`${project}/app:v1`);
    }
    robot = await harbor.createPullRobot("team-a", "puller");
    await putPullSecret(namespace, "robot", harbor.host, robot);
    await putPullSecret(namespace, "wrong", harbor.host, { name: robot.name, secret: "Not-the-secret-1" });
  });

  afterAll(async () => {
    await trust[Symbol.asyncDispose]();
    await harbor[Symbol.asyncDispose]();
  });

  const pull = async (repository: string, pullSecret?: string): Promise<string> =>
    pullMessage(`${harbor.host}/${repository}`, {
      namespace,
      ...(pullSecret === undefined ? {} : { pullSecret }),
    });
  const refused = (repository: string): string =>
    `${failurePrefix(`${harbor.host}/${repository}:v1`)}pulling from host ${harbor.host} failed with status code [manifests v1]: 401 Unauthorized`;

  test("a robot of the project pulls, and hears of a missing tag as missing", async () => {
    expect(await pull("team-a/app:v1", "robot")).toBe("pulled");
    const absent = `${harbor.host}/team-a/app:absent`;
    expect(await pull("team-a/app:absent", "robot")).toBe(
      `${failurePrefix(absent, "NotFound")}${absent}: not found`,
    );
  });

  test("no secret, a wrong one, and no permission on the project all read as the same 401", async () => {
    expect(await pull("team-a/app:v1")).toBe(refused("team-a/app"));
    expect(await pull("team-a/app:v1", "wrong")).toBe(refused("team-a/app"));
    expect(await pull("team-b/app:v1", "robot")).toBe(refused("team-b/app"));
  });

  test("so does a robot that has been disabled", async () => {
    const disabled = await harbor.createPullRobot("team-a", "disabled");
    await putPullSecret(namespace, "disabled", harbor.host, disabled);
    expect(await pull("team-a/app:v1", "disabled")).toBe("pulled");
    const stored = (await harbor.call("GET", `/robots/${disabled.id}`)) as object;
    await harbor.call("PUT", `/robots/${disabled.id}`, { ...stored, disable: true });
    expect(await pull("team-a/app:v1", "disabled")).toBe(refused("team-a/app"));
  });

  test("its bytes lie in the docker-registry behind it", async () => {
    const stored = harbor.harbor.site.store.all("artifacts").map((artifact) => artifact.digest);
    expect(stored.length).toBeGreaterThan(0);
    for (const digest of stored) {
      const answer = await fetch(`http://127.0.0.1:${ports.registry}/v2/harbor/blobs/blobs/${digest}`, {
        method: "HEAD",
      });
      expect(answer.status).toBe(200);
    }
  });

  test("a public project serves who shows nothing", async () => {
    await harbor.push("library/app:v1");
    expect(await pull("library/app:v1")).toBe("pulled");
  });
});

test("with mutual TLS, the sandbox's Harbor serves a node that has the pair and answers another with 400", async () => {
  await using harbor = await startRigHarbor(rig.registryClient);
  await harbor.push("library/app:v1");
  const image = `${harbor.host}/library/app:v1`;
  {
    await using _ = await containerdHost(harbor.host, { "hosts.toml": hostsToml(harbor.host) });
    const answer = `pulling from host ${harbor.host} failed with status code [manifests v1]: 400 Bad Request`;
    expect(await pullMessage(image, { namespace })).toBe(failurePrefix(image) + answer);
  }
  await using _ = await containerdHost(harbor.host, {
    "hosts.toml": hostsToml(harbor.host, rig.registryClient),
  });
  expect(await pullMessage(image, { namespace })).toBe("pulled");
});
