import { Agent } from "undici";
import { concurrently } from "../src/clients/concurrency.ts";
import { secureContextOf } from "../src/clients/tls/secure-context.ts";
import type { BenchPlant } from "./plant.ts";

/**
 * The floor: the Harbor project, and for each namespace the same three writes as a binding makes (robot, Secret, service
 * account), with the same concurrency, through undici alone. Nothing is read, checked or planned; with `proving`, each
 * robot's credential gets a token of Harbor before its Secret is written, and the token is not looked at.
 * @returns milliseconds
 */
export async function floor(
  plant: BenchPlant,
  namespaces: readonly string[],
  account: string,
  harborProject: string,
  parallel: number,
  proving: boolean,
): Promise<number> {
  const { harbor, cluster } = plant;
  const harborAgent = agentOf({ ca: harbor.ca }, parallel);
  const clusterAgent = agentOf(cluster.tls, parallel);
  const basic = `Basic ${Buffer.from(`admin:${harbor.password}`).toString("base64")}`;
  const bearer = await cluster.authorization?.(new AbortController().signal);
  const send = async (
    agent: Agent,
    origin: string,
    method: "GET" | "POST" | "PATCH",
    path: string,
    type: string,
    authorization: string | undefined,
    body?: unknown,
  ): Promise<unknown> => {
    const headers = {
      "content-type": type,
      accept: "application/json",
      ...(authorization !== undefined && { authorization }),
    };
    const answer = await agent.request({ origin, method, path, headers, body: JSON.stringify(body) ?? null });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const one = async (namespace: string): Promise<void> => {
    const access = [{ resource: "repository", action: "pull" }];
    const robot = (await send(
      harborAgent,
      harbor.url,
      "POST",
      "/api/v2.0/robots",
      "application/json",
      basic,
      {
        name: `floor.${namespace}`,
        level: "project",
        duration: 90,
        description: "Managed by Moorline: the floor of a benchmark, about as long as the real one is",
        disable: false,
        permissions: [{ kind: "project", namespace: harborProject, access }],
      },
    )) as { name: string; secret: string };
    const auth = Buffer.from(`${robot.name}:${robot.secret}`).toString("base64");
    if (proving) {
      const scope = `repository:${harborProject}/moorline-proof:pull`;
      const query = new URLSearchParams({ service: "harbor-registry", account: robot.name, scope });
      const asking = `/service/token?${query.toString()}`;
      await send(harborAgent, harbor.url, "GET", asking, "application/json", `Basic ${auth}`);
    }
    const auths = { [harbor.url]: { username: robot.name, password: robot.secret, email: "", auth } };
    const at = `/api/v1/namespaces/${namespace}`;
    const token = bearer?.reveal();
    await send(
      clusterAgent,
      cluster.server,
      "POST",
      `${at}/secrets?fieldManager=moorline`,
      "application/json",
      token,
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "harbor", namespace, labels: { "moorline.io/bench": "floor" } },
        type: "kubernetes.io/dockerconfigjson",
        data: { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString("base64") },
      },
    );
    const patch = {
      metadata: { labels: { "moorline.io/floor": "x" } },
      imagePullSecrets: [{ name: "harbor" }],
    };
    const path = `${at}/serviceaccounts/${account}?fieldManager=moorline`;
    await send(clusterAgent, cluster.server, "PATCH", path, "application/merge-patch+json", token, patch);
  };
  const started = performance.now();
  const project = { project_name: harborProject, metadata: { public: "false" } };
  await send(harborAgent, harbor.url, "POST", "/api/v2.0/projects", "application/json", basic, project);
  await concurrently(namespaces, parallel, one, new AbortController().signal);
  const spent = performance.now() - started;
  await Promise.all([harborAgent.close(), clusterAgent.close()]);
  return spent;
}

function agentOf(tls: BenchPlant["cluster"]["tls"], connections: number): Agent {
  return new Agent({ connections, pipelining: 1, connect: { secureContext: secureContextOf(tls, "bench") } });
}
