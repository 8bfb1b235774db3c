import { randomBytes } from "node:crypto";
import { HttpEndpoint, type BoundedRequest, type HttpResponse } from "../../src/clients/http/endpoint.ts";

interface Robot {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly duration: number;
  readonly expires_at: number;
  readonly permissions: readonly { readonly namespace: string }[];
}

interface Project {
  readonly id: number;
  readonly name: string;
  readonly robots: Map<number, Robot>;
}

/**
 * A Harbor that answers without a network and at once. With it a run shows what its own work and Kubernetes cost; what a
 * Harbor costs is measured apart.
 */
export class InstantHarbor extends HttpEndpoint {
  readonly #projects = new Map<string, Project>();
  readonly #byRobot = new Map<number, Project>();
  #next = 1;

  constructor(url: string) {
    super(new URL(url), {});
  }

  override request(request: BoundedRequest): Promise<HttpResponse> {
    return Promise.resolve(this.#answer(request));
  }

  #answer({ method, path, query, body }: BoundedRequest): HttpResponse {
    const short = path.replace("/api/v2.0", "");
    if (short === "/service/token") {
      const [, project = ""] = /^repository:([^/]+)\//.exec(String(query?.scope)) ?? [];
      return answered(200, { token: tokenOf(String(query?.account), project) });
    }
    if (short === "/users/current")
      return answered(200, { user_id: 1, username: "admin", sysadmin_flag: true });
    if (short === "/systeminfo") return answered(200, { harbor_version: "v2.13.1-bench" });
    if (method === "DELETE") {
      const id = Number(short.slice(short.lastIndexOf("/") + 1));
      this.#byRobot.get(id)?.robots.delete(id);
      this.#byRobot.delete(id);
      return answered(200, undefined);
    }
    if (short === "/projects")
      return this.#createProject(JSON.parse(body as string) as { project_name: string });
    if (short.endsWith("/repositories")) return answered(200, [], { "x-total-count": "0" });
    if (short.startsWith("/projects/")) return this.#project(short.slice("/projects/".length));
    if (short === "/robots" && method === "POST")
      return this.#create(JSON.parse(body as string) as Omit<Robot, "id" | "expires_at">);
    if (short === "/robots") return this.#list(query ?? {});
    throw new Error(`the instant Harbor knows no ${method} ${path}`);
  }

  #createProject({ project_name: name }: { readonly project_name: string }): HttpResponse {
    const id = this.#projects.size + 2;
    this.#projects.set(name, { id, name, robots: new Map() });
    return answered(201, undefined, { location: `/api/v2.0/projects/${id}` });
  }

  #project(name: string): HttpResponse {
    const found = this.#projects.get(name);
    if (found === undefined)
      return answered(404, { errors: [{ code: "NOT_FOUND", message: "project not found" }] });
    return answered(200, { project_id: found.id, name, metadata: { public: "false", auto_scan: "true" } });
  }

  #create(wanted: Omit<Robot, "id" | "expires_at">): HttpResponse {
    const id = this.#next++;
    const expires_at = Math.floor(Date.now() / 1000) + wanted.duration * 86_400;
    const project = this.#projects.get(wanted.permissions[0]?.namespace ?? "");
    if (project === undefined) throw new Error("a robot of a project that is not there");
    const name = `robot$${project.name}+${wanted.name}`;
    project.robots.set(id, { ...wanted, id, name, expires_at });
    this.#byRobot.set(id, project);
    return answered(201, { id, name, secret: randomBytes(16).toString("base64"), expires_at });
  }

  #list(query: NonNullable<BoundedRequest["query"]>): HttpResponse {
    const asked = String(query.q);
    const part = /name=~([^,]+)/.exec(asked)?.[1];
    const id = Number(/ProjectID=(\d+)/.exec(asked)?.[1]);
    const project = [...this.#projects.values()].find((p) => p.id === id);
    const all = [...(project?.robots.values() ?? [])].filter(
      (r) => part === undefined || r.name.includes(part),
    );
    const [page, size] = [Number(query.page), Number(query.page_size)];
    const shown = all.slice((page - 1) * size, page * size).map((r) => ({ ...r, level: "project" }));
    return answered(200, shown, { "x-total-count": String(all.length) });
  }
}

/** A token as Harbor's, without a signature that anybody here would check. */
function tokenOf(subject: string, project: string): string {
  const access = [{ type: "repository", name: `${project}/moorline-proof`, actions: ["pull"] }];
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ sub: subject, access })}.c2lnbmF0dXJl`;
}

function answered(status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse {
  const text = value === undefined ? "" : JSON.stringify(value);
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    requestId: "bench",
    subject: "instant Harbor",
    text: () => text,
    json: () => JSON.parse(text) as unknown,
    bytes: () => Buffer.from(text),
  };
}
