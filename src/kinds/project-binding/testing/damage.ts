import type { ServiceAccount } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { labelsOf } from "../secret-content.ts";
import { robotName, robotOwner, type Slot } from "../ownership.ts";
import { credentialIn, type Stage } from "./scene.ts";

const never = new AbortController().signal;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Everything that is done to bindings in the field, by people, by the console and by time. */
export const damages = [
  "nothing",
  "secret-deleted",
  "secret-garbage",
  "secret-empty",
  "wrong-password",
  "other-registry",
  "wrong-type",
  "key-without-scheme",
  "second-registry",
  "pair-without-auth",
  "force-insecure",
  "labels-removed",
  "robot-disabled",
  "robot-deleted",
  "robot-expired",
  "robot-expires-soon",
  "robot-may-push",
  "link-lost",
  "others-linked",
  "leftover-robot",
  "foreign-robot",
] as const;
export type Damage = (typeof damages)[number];

/** Damages one project of a stage that was whole. */
export async function damage(stage: Stage, namespace: string, how: Damage): Promise<void> {
  const { plant } = stage;
  const secretAt = { namespace, name: "harbor" };
  const secret = await stage.secret(namespace);
  const held = secret === undefined ? undefined : credentialIn(secret);
  const auths = (entries: object): Promise<void> =>
    stage.patchSecret(namespace, {
      data: { ".dockerconfigjson": base64(JSON.stringify({ auths: entries })) },
    });
  // Where an earlier damage left none that can be read; long enough to stand in no other text by chance.
  const pair = held ?? { username: "somebody", password: "Somebodys12345" };
  const entry = { ...pair, email: "", auth: base64(`${pair.username}:${pair.password}`) };
  const { url } = plant.harbor;
  if (secret === undefined && how !== "link-lost" && how !== "others-linked") return;
  switch (how) {
    case "nothing":
      return;
    case "secret-deleted":
      return void (await plant.client.delete(resources.secrets, secretAt, { signal: never }));
    case "secret-garbage":
      return stage.patchSecret(namespace, { data: { ".dockerconfigjson": base64("{}") } });
    case "secret-empty":
      return auths({ [url]: { ...entry, password: "", auth: base64(`${pair.username}:`) } });
    case "wrong-password":
      return auths({
        [url]: { ...entry, password: "Wrong12345", auth: base64(`${pair.username}:Wrong12345`) },
      });
    case "other-registry":
      return auths({ "https://index.docker.io/v1/": entry });
    case "wrong-type": {
      const binding = stage.documents[1]?.metadata.name ?? "";
      const labels = labelsOf({ binding, url, email: "", defaultRegistry: false });
      await plant.client.delete(resources.secrets, secretAt, { signal: never });
      const opaque = { metadata: { ...secretAt, labels }, type: "Opaque" };
      return void (await plant.client.create(resources.secrets, opaque, { signal: never }));
    }
    case "key-without-scheme":
      return auths({ [url.replace("https://", "")]: entry });
    case "second-registry":
      return auths({ [url]: entry, "https://index.docker.io/v1/": entry });
    case "pair-without-auth":
      return auths({ [url]: pair });
    case "force-insecure":
      return stage.patchSecret(namespace, {
        metadata: { annotations: { "secret.kubesphere.io/force-insecure": "true" } },
      });
    case "labels-removed":
      return stage.patchSecret(namespace, { metadata: { labels: null } });
    case "link-lost":
      return link(stage, namespace, () => []);
    case "others-linked":
      return link(stage, namespace, (names) => ["theirs", ...names, "harbor"]);
    default:
      return damageRobot(stage, namespace, how);
  }
}

type RobotDamage = Extract<Damage, `${string}robot${string}`>;

async function damageRobot(stage: Stage, namespace: string, how: RobotDamage): Promise<void> {
  const { plant } = stage;
  const { store } = plant.harbor.site;
  const robots = await stage.robots();
  const robot = robots.find((r) => robotOwner(r.description ?? "")?.namespace === namespace);
  if (robot === undefined) return;
  const seconds = Math.floor(Date.now() / 1000);
  switch (how) {
    case "robot-disabled":
      store.update("robots", robot.id, { disable: true });
      return;
    case "robot-deleted":
      return plant.admin.robots.delete(robot.id);
    case "robot-expired":
      store.update("robots", robot.id, { expiresAt: seconds - 60 });
      return;
    case "robot-expires-soon":
      store.update("robots", robot.id, { expiresAt: seconds + 86_400 });
      return;
    case "robot-may-push": {
      const access = ["pull", "push"].map((action) => ({ resource: "repository", action }));
      const permissions = [{ kind: "project", namespace: stage.harborProject, access }];
      store.update("robots", robot.id, { permissions });
      return;
    }
    case "leftover-robot":
    case "foreign-robot":
      return addRobot(stage, robot, how === "leftover-robot" ? (robot.description ?? "") : "made by hand");
  }
}

/** A robot under the project's other name, as a run that was killed leaves it, or as a person made it. */
async function addRobot(
  stage: Stage,
  beside: { name: string; description?: string | undefined },
  description: string,
): Promise<void> {
  const owner = robotOwner(beside.description ?? "");
  if (owner === undefined) return;
  const slot: Slot = beside.name.endsWith(".a") ? "b" : "a";
  const access = [{ resource: "repository", action: "pull" }];
  await stage.plant.admin.robots
    .create({
      name: robotName(owner.binding, owner, slot),
      level: "project",
      duration: 90,
      description,
      permissions: [{ kind: "project", namespace: stage.harborProject, access }],
    })
    .catch(() => undefined);
}

async function link(stage: Stage, namespace: string, change: (names: string[]) => string[]): Promise<void> {
  const { client } = stage.plant;
  const at = { namespace, name: "default" };
  const account = await client.get<ServiceAccount>(resources.serviceAccounts, at, never);
  const names = (account?.imagePullSecrets ?? []).flatMap((s) => s.name ?? []);
  const body = { imagePullSecrets: change(names).map((name) => ({ name })) };
  await client.patch(resources.serviceAccounts, at, "merge", body, { signal: never });
}
