import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectApi, type RigApi } from "./api.ts";
import { rigLayout } from "./layout.ts";
import { runningProcess } from "./processes.ts";

const group = "rig.moorline.io";
const definitionPath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions`;
const knots = `/apis/${group}/v1/knots`;
const applyType = "application/apply-patch+yaml";

const definition = {
  metadata: { name: `knots.${group}` },
  spec: {
    group,
    scope: "Cluster",
    names: { plural: "knots", singular: "knot", kind: "Knot", listKind: "KnotList" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: knotSchema() } }],
  },
};

function knotSchema(): unknown {
  const spec = {
    type: "object",
    required: ["turns"],
    properties: { turns: { type: "integer", minimum: 1 }, rope: { type: "string" } },
  };
  return { type: "object", required: ["spec"], properties: { spec } };
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(100);
  }
}

describe("the API server built here", () => {
  let api: RigApi;
  const apply = async (manager: string, name: string, spec: unknown) =>
    api.call(
      "PATCH",
      `${knots}/${name}?fieldManager=${manager}`,
      { apiVersion: `${group}/v1`, kind: "Knot", metadata: { name }, spec },
      applyType,
    );
  const read = async (name: string) =>
    (await api.call("GET", `${knots}/${name}`)).body as { metadata: object; spec: object };

  beforeAll(async () => {
    api = connectApi(rigLayout());
    await removeDefinition();
    const made = await api.call("POST", definitionPath, definition);
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    await until(async () => ((await api.call("GET", knots)).status === 200 ? true : undefined));
  });

  afterAll(async () => {
    await removeDefinition();
    await api[Symbol.asyncDispose]();
  });

  async function removeDefinition(): Promise<void> {
    await api.call("DELETE", `${definitionPath}/${definition.metadata.name}`);
    await until(async () =>
      (await api.call("GET", `${definitionPath}/${definition.metadata.name}`)).status === 404
        ? true
        : undefined,
    );
  }

  test("is the version it was built from", async () => {
    expect((await api.call("GET", "/version")).body).toMatchObject({
      major: "1",
      minor: "20",
      gitVersion: "v1.20.2",
    });
  });

  test("has the generated OpenAPI definitions, by which an apply merges lists of built-in kinds by their keys", async () => {
    const document = (await api.call("GET", "/openapi/v2")).body;
    expect(document["definitions"]).toHaveProperty(["io.k8s.api.core.v1.Pod", "properties", "spec"]);
    const path = "/api/v1/namespaces/default/services/rig-merge";
    const ports = (name: string, port: number) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "rig-merge" },
      spec: { clusterIP: "None", ports: [{ name, port, protocol: "TCP" }] },
    });
    await api.call("PATCH", `${path}?fieldManager=first`, ports("one", 1), applyType);
    await api.call("PATCH", `${path}?fieldManager=second`, ports("two", 2), applyType);
    const merged = (await api.call("GET", path)).body["spec"];
    await api.call("DELETE", path);
    expect(merged).toMatchObject({ ports: [{ name: "one" }, { name: "two" }] });
  });

  test("survives the server-side apply and the watch of a custom resource, on which an unrepaired reflect2 kills it", async () => {
    const before = await runningProcess(rigLayout(), "kube-apiserver");
    const created = await apply("first", "bowline", { turns: 1, rope: "hemp" });
    expect(created.status).toBe(201);
    const watched = await api.text(`${knots}?watch=1&timeoutSeconds=1`);
    expect(JSON.parse(watched.split("\n")[0] ?? "")).toMatchObject({
      type: "ADDED",
      object: { metadata: { name: "bowline" } },
    });
    expect(await apply("first", "bowline", { turns: 2, rope: "hemp" })).toMatchObject({
      status: 200,
      body: { spec: { turns: 2 } },
    });
    expect(await runningProcess(rigLayout(), "kube-apiserver")).toEqual(before);
  });

  test("answers an apply to another manager's field with 409 that names the manager and the field", async () => {
    await apply("first", "hitch", { turns: 1 });
    const conflict = await apply("second", "hitch", { turns: 5 });
    expect(conflict).toMatchObject({
      status: 409,
      body: {
        reason: "Conflict",
        details: { causes: [{ reason: "FieldManagerConflict", field: ".spec.turns" }] },
      },
    });
    expect(JSON.stringify(conflict.body)).toContain('conflict with \\"first\\"');
    expect((await read("hitch")).spec).toEqual({ turns: 1 });
  });

  test("answers an update of an outdated object with 409", async () => {
    await apply("first", "sheet", { turns: 1 });
    const outdated = await read("sheet");
    await apply("first", "sheet", { turns: 2 });
    const update = await api.call("PUT", `${knots}/sheet`, { ...outdated, spec: { turns: 9 } });
    expect(update).toMatchObject({ status: 409, body: { reason: "Conflict" } });
    expect((await read("sheet")).spec).toEqual({ turns: 2 });
  });

  test("refuses what the schema forbids", async () => {
    expect(await apply("first", "loose", { turns: 0 })).toMatchObject({
      status: 422,
      body: { reason: "Invalid" },
    });
  });

  test("checks rights by RBAC: a new service account may read no secrets until a role says so", async () => {
    const review = async (): Promise<unknown> => {
      const spec = {
        user: "system:serviceaccount:default:nobody-yet",
        resourceAttributes: { verb: "list", resource: "secrets" },
      };
      return (await api.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec })).body[
        "status"
      ];
    };
    expect(await review()).toMatchObject({ allowed: false });
  });
});
