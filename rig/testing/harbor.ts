import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request, type Dispatcher } from "undici";
import { openEndpoint } from "../../src/clients/http/endpoint.ts";
import { Sensitive } from "../../src/model/sensitive.ts";
import { systemClock, type Clock } from "../../src/sandbox/harbor/clock.ts";
import { startHarbor, type Harbor } from "../../src/sandbox/harbor/harbor.ts";
import { rigAddresses } from "../addresses.ts";
import { connectApi } from "../api.ts";
import { busyboxImage } from "../images/busybox.ts";
import type { ImageRecipe } from "../images/oci.ts";
import { skopeoPush } from "../images/push.ts";
import { names, ports, rigLayout } from "../layout.ts";
import { ensureNamespace } from "../pods.ts";
import { copyDockerLayout, type ClientPair, type DockerTrust } from "./node-files.ts";

const rig = rigAddresses();
const layout = rigLayout();

export interface Account {
  readonly name: string;
  readonly secret: string;
}

/** Of every Harbor on the rig. */
export const administratorAccount: Account = { name: "admin", secret: "Harbor12345" };

/** What Harbor's administrator does in tests. */
export interface HarborAdministrator {
  /** Calls the API as the administrator; throws unless it answers with a 2xx. */
  call(method: "POST" | "PUT" | "GET", path: string, body?: unknown): Promise<unknown>;
  createProject(name: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
  /** A robot that may pull from one project and nothing else. */
  createPullRobot(project: string, name: string): Promise<Account & { readonly id: number }>;
}

/** The sandbox's Harbor before the rig's docker-registry, under the rig's name and certificate, where the node, docker and skopeo can reach it. */
export interface RigHarbor extends HarborAdministrator, AsyncDisposable {
  /** `name:port`, as in an image reference. */
  readonly host: string;
  readonly harbor: Harbor;
  /** Pushes a busybox as the administrator, with skopeo. */
  push(repository: string): Promise<void>;
}

/**
 * @param client the pair that pushes are made with, where the Harbor demands certificates of clients
 * @param clock Harbor's; this machine's unless told
 */
export async function startRigHarbor(client?: ClientPair, clock: Clock = systemClock): Promise<RigHarbor> {
  const directory = await mkdtemp(join(tmpdir(), "moorline-rig-harbor-"));
  const caPem = await readFile(rig.registryAuthorityPath, "utf8");
  const behind = openEndpoint(`http://127.0.0.1:${ports.registry}`);
  const harbor = await startHarbor({
    directory,
    registry: behind,
    port: 0,
    hostname: names.registry,
    clock,
    adminPassword: new Sensitive(administratorAccount.secret),
    tls: {
      certificatePem: await readFile(join(layout.pki, "registry.crt"), "utf8"),
      privateKeyPem: new Sensitive(await readFile(join(layout.pki, "registry.key"), "utf8")),
      ...(client === undefined ? {} : { clientCaPem: caPem, requireClientCertificate: true }),
    },
  });
  const pair =
    client === undefined
      ? {}
      : { cert: await readFile(client.certificatePath, "utf8"), key: await readFile(client.keyPath, "utf8") };
  const dispatcher = new Agent({ connect: { ca: caPem, ...pair } });
  const host = `${names.registry}:${harbor.port}`;
  return {
    host,
    harbor,
    ...administratorOf(`https://${host}`, dispatcher),
    push: async (repository) => pushAsAdministrator(`${host}/${repository}`, { client }),
    async [Symbol.asyncDispose]() {
      await dispatcher.close();
      await harbor[Symbol.asyncDispose]();
      await behind[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

/** @param url of Harbor, without a slash at its end */
export function administratorOf(url: string, dispatcher: Dispatcher): HarborAdministrator {
  const call: HarborAdministrator["call"] = async (method, path, body) => {
    const answer = await request(`${url}/api/v2.0${path}`, {
      dispatcher,
      method,
      headers: { authorization: `Basic ${encode(administratorAccount)}`, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  };
  return {
    call,
    createProject: async (name, more = {}) => {
      await call("POST", "/projects", { project_name: name, metadata: { public: "false" }, ...more });
    },
    createPullRobot: async (project, name) => {
      const access = [{ resource: "repository", action: "pull" }];
      const permissions = [{ kind: "project", namespace: project, access }];
      const robot = { name, level: "project", duration: -1, permissions };
      return (await call("POST", "/robots", robot)) as Account & { id: number };
    },
  };
}

/** What is pushed, and how its registry is believed. */
export interface PushOptions extends DockerTrust {
  /** A busybox unless told. */
  readonly image?: ImageRecipe;
}

/**
 * Pushes an image with skopeo.
 * @param target the whole reference
 */
export async function pushAsAdministrator(target: string, options: PushOptions = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-push-"));
  try {
    const authFile = join(folder, "auth.json");
    await writeFile(authFile, dockerConfig(target.split("/")[0] ?? "", administratorAccount), {
      mode: 0o600,
    });
    await copyDockerLayout(folder, options);
    const places = ["--dest-cert-dir", folder, "--dest-authfile", authFile];
    const image = options.image ?? (await busyboxImage(undefined, target));
    await skopeoPush(image, target, places, layout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Puts a registry Secret of the kubelet's kind into the namespace, in the place of one of that name. */
export async function putPullSecret(
  namespace: string,
  name: string,
  host: string,
  account: Account,
): Promise<void> {
  await using api = connectApi(layout);
  await ensureNamespace(api, namespace);
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  await api.call("DELETE", `${path}/${name}`);
  const made = await api.call("POST", path, {
    metadata: { name },
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": dockerConfig(`https://${host}`, account) },
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
}

/** docker's configuration with one credential in it. */
export function dockerConfig(key: string, account: Account): string {
  const auth = encode(account);
  return JSON.stringify({ auths: { [key]: { username: account.name, password: account.secret, auth } } });
}

function encode({ name, secret }: Account): string {
  return Buffer.from(`${name}:${secret}`).toString("base64");
}
