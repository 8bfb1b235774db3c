import { z } from "zod";
import type { Sensitive } from "../../model/sensitive.ts";
import { checkRequest, segment, type HarborConnection } from "./connection.ts";
import { all } from "./paging.ts";

/** A P2P network that Harbor hands images to ahead of their pull (facts/harbor.md §1.18). */
const instance = z.object({
  id: z.number(),
  name: z.string(),
  vendor: z.string(),
  endpoint: z.string(),
  description: z.string().default(""),
  auth_mode: z.string().default("NONE"),
  auth_info: z
    .record(z.string(), z.string())
    .nullish()
    .transform((i) => i ?? {}),
  enabled: z.boolean().default(false),
  insecure: z.boolean().default(false),
});
export type PreheatInstance = z.infer<typeof instance>;

/** Filters and trigger are JSON in a string, as Harbor keeps them. */
const policy = z.object({
  id: z.number(),
  name: z.string(),
  description: z.string().default(""),
  provider_id: z.number(),
  filters: z.string().default("[]"),
  trigger: z.string().default("{}"),
  enabled: z.boolean().default(false),
});
export type PreheatPolicy = z.infer<typeof policy>;

const newInstance = z.strictObject({
  name: z.string().min(1),
  vendor: z.enum(["dragonfly", "kraken"]),
  endpoint: z.url({ protocol: /^https?$/ }),
  description: z.string(),
  insecure: z.boolean(),
  username: z.string().optional(),
});
export type NewPreheatInstance = z.input<typeof newInstance> & { readonly password?: Sensitive | undefined };

const newPolicy = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  providerId: z.int().positive(),
  projectId: z.int().positive(),
  /** doublestar patterns */
  repositories: z.string().min(1),
  tags: z.string().min(1),
  /** Six fields, seconds first; undefined: started by hand or by {@link PreheatApi.run}. */
  cron: z.string().optional(),
  enabled: z.boolean(),
});
export type NewPreheatPolicy = z.input<typeof newPolicy>;

export interface PreheatApi {
  instance(name: string, signal?: AbortSignal): Promise<PreheatInstance | undefined>;
  /** Whether Harbor reaches the network's manager, asked now. */
  isReachable(instance: NewPreheatInstance, signal?: AbortSignal): Promise<boolean>;
  createInstance(instance: NewPreheatInstance, signal?: AbortSignal): Promise<void>;
  updateInstance(id: number, instance: NewPreheatInstance, signal?: AbortSignal): Promise<void>;
  /** One that is gone counts as deleted. */
  deleteInstance(name: string, signal?: AbortSignal): Promise<void>;
  policies(project: string, signal?: AbortSignal): Promise<PreheatPolicy[]>;
  createPolicy(project: string, policy: NewPreheatPolicy, signal?: AbortSignal): Promise<void>;
  updatePolicy(project: string, id: number, policy: NewPreheatPolicy, signal?: AbortSignal): Promise<void>;
  /** One that is gone counts as deleted. */
  deletePolicy(project: string, name: string, signal?: AbortSignal): Promise<void>;
}

/** Filters and trigger as Harbor stores them; two policies are the same where these are. */
export function policyRules(
  policy: Pick<NewPreheatPolicy, "repositories" | "tags" | "cron">,
): Pick<PreheatPolicy, "filters" | "trigger"> {
  return {
    filters: JSON.stringify([
      { type: "repository", value: policy.repositories },
      { type: "tag", value: policy.tags },
    ]),
    trigger: JSON.stringify(
      policy.cron === undefined
        ? { type: "manual" }
        : { type: "scheduled", trigger_setting: { cron: policy.cron } },
    ),
  };
}

export function preheatApi(connection: HarborConnection): PreheatApi {
  const instances = "/p2p/preheat/instances";
  const policies = (project: string) => `/projects/${segment(project)}/preheat/policies`;
  const instanceBody = (value: NewPreheatInstance) => {
    const { password, ...rest } = value;
    const { username, ...body } = checkRequest(newInstance, rest, `${connection.url}/api/v2.0${instances}`);
    return {
      ...body,
      enabled: true,
      auth_mode: username === undefined ? "NONE" : "BASIC",
      auth_info: username === undefined ? {} : { username, password: password?.reveal() ?? "" },
    };
  };
  const policyBody = (project: string, value: NewPreheatPolicy) => {
    const subject = `${connection.url}/api/v2.0${policies(project)}`;
    const {
      providerId,
      projectId,
      repositories: _,
      tags: __,
      cron: ___,
      ...body
    } = checkRequest(newPolicy, value, subject);
    return { ...body, provider_id: providerId, project_id: projectId, ...policyRules(value) };
  };
  return {
    instance: (name, signal) =>
      connection.readIfThere({ method: "GET", path: `${instances}/${segment(name)}`, signal }, instance),
    isReachable: async (value, signal) => {
      const answer = await connection.send({
        method: "POST",
        path: `${instances}/ping`,
        json: instanceBody(value),
        signal,
        expected: [400, 404, 500],
      });
      return answer.status < 300;
    },
    createInstance: async (value, signal) => {
      await connection.send({ method: "POST", path: instances, json: instanceBody(value), signal });
    },
    updateInstance: async (id, value, signal) => {
      const json = { ...instanceBody(value), id };
      await connection.send({ method: "PUT", path: `${instances}/${segment(value.name)}`, json, signal });
    },
    deleteInstance: async (name, signal) => {
      const path = `${instances}/${segment(name)}`;
      await connection.send({ method: "DELETE", path, signal, expected: [404] });
    },
    policies: (project, signal) => all(connection, { path: policies(project), byName: true, signal }, policy),
    createPolicy: async (project, value, signal) => {
      const json = policyBody(project, value);
      await connection.send({ method: "POST", path: policies(project), byName: true, json, signal });
    },
    updatePolicy: async (project, id, value, signal) => {
      const json = { ...policyBody(project, value), id };
      const path = `${policies(project)}/${segment(value.name)}`;
      await connection.send({ method: "PUT", path, byName: true, json, signal });
    },
    deletePolicy: async (project, name, signal) => {
      const path = `${policies(project)}/${segment(name)}`;
      await connection.send({ method: "DELETE", path, byName: true, signal, expected: [404] });
    },
  };
}
