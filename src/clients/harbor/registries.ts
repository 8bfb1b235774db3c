import { z } from "zod";
import type { Sensitive } from "../../model/sensitive.ts";
import { checkRequest, createdId, type HarborConnection } from "./connection.ts";
import { all } from "./paging.ts";

/** An endpoint that Harbor replicates with or proxies; its secret is never told (facts/harbor.md §1.7). */
const registry = z.object({
  id: z.number(),
  name: z.string(),
  type: z.string(),
  url: z.string(),
  description: z.string().default(""),
  insecure: z.boolean().default(false),
  /** Only of Harbors that know one, and not of each of those. */
  ca_certificate: z.string().optional(),
  /** As of Harbor's last look, every five minutes. */
  status: z.string().default(""),
  credential: z
    .object({ access_key: z.string().default("") })
    .nullish()
    .transform((c) => c ?? { access_key: "" }),
});
export type Registry = z.infer<typeof registry>;

/** Names that Harbor takes for an endpoint (src/server/v2.0/handler/registry.go trims and bounds them). */
const endpoint = z.strictObject({
  name: z.string().min(1).max(256),
  type: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
  description: z.string().optional(),
  insecure: z.boolean(),
  /** PEM; Harbor 2.15 and later. */
  caCertificate: z.string().optional(),
  username: z.string().optional(),
});
export type Endpoint = z.input<typeof endpoint> & { readonly password?: Sensitive | undefined };

export interface RegistriesApi {
  /** The endpoint of exactly this name. */
  getByName(name: string, signal?: AbortSignal): Promise<Registry | undefined>;
  /** Harbor asks the endpoint first. @throws HARBOR_BAD_REQUEST where it does not answer, HARBOR_CONFLICT for a taken name */
  create(endpoint: Endpoint, signal?: AbortSignal): Promise<{ readonly id: number }>;
  /** Writes everything but the type, which stays. @throws as {@link create} */
  update(id: number, endpoint: Endpoint, signal?: AbortSignal): Promise<void>;
  /** Whether Harbor reaches an endpoint, one that it holds (by its id) or one that it would, asked now. */
  isReachable(endpoint: number | Endpoint, signal?: AbortSignal): Promise<boolean>;
  /** One that is gone counts as deleted. @throws HARBOR_PRECONDITION while a project or a replication uses it */
  delete(id: number, signal?: AbortSignal): Promise<void>;
}

export function registriesApi(connection: HarborConnection): RegistriesApi {
  const path = "/registries";
  const checked = (value: Endpoint, method: string) => {
    const { password, ...rest } = value;
    const body = checkRequest(endpoint, rest, `${method} ${connection.url}/api/v2.0${path}`);
    return { ...body, password };
  };
  const newBody = (value: Endpoint) => {
    const { caCertificate, username, password, ...rest } = checked(value, "POST");
    return {
      ...rest,
      ca_certificate: caCertificate,
      ...(username !== undefined && {
        credential: { type: "basic", access_key: username, access_secret: password?.reveal() ?? "" },
      }),
    };
  };
  return {
    getByName: async (name, signal) => {
      const query = { q: `name=${name}` };
      const found = await all(connection, { path, query, signal }, registry, "name");
      // `q=name=x` matches exactly; what comes is checked all the same, as Harbor ignores filters that it does not know.
      return found.find((r) => r.name === name);
    },
    create: async (value, signal) => {
      const json = newBody(value);
      return { id: createdId(await connection.send({ method: "POST", path, json, signal })) };
    },
    update: async (id, value, signal) => {
      const { caCertificate, username, password, type: _, ...rest } = checked(value, "PUT");
      const json = {
        ...rest,
        ca_certificate: caCertificate,
        // Empty strings take a credential away; left out they would leave it.
        credential_type: username === undefined ? "" : "basic",
        access_key: username ?? "",
        access_secret: password?.reveal() ?? "",
      };
      await connection.send({ method: "PUT", path: `${path}/${id}`, json, signal });
    },
    isReachable: async (value, signal) => {
      const json = typeof value === "number" ? { id: value } : newBody(value);
      const answer = await connection.send({
        method: "POST",
        path: `${path}/ping`,
        json,
        signal,
        // Type harbor answers 500 for TLS that it does not trust (facts/harbor.md §1.7).
        expected: [400, 500],
      });
      return answer.status < 300;
    },
    delete: async (id, signal) => {
      await connection.send({ method: "DELETE", path: `${path}/${id}`, signal, expected: [404] });
    },
  };
}
