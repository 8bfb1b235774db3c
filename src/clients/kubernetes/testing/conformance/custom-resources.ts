import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until, type Body, type Raw } from "../raw.ts";

const spec = {
  type: "object",
  required: ["size"],
  properties: {
    size: { type: "integer", minimum: 1, maximum: 9 },
    color: { type: "string", enum: ["red", "blue"], default: "red" },
    name: { type: "string", pattern: "^[a-z]+$", maxLength: 3 },
    items: {
      type: "array",
      maxItems: 2,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["id"],
      items: {
        type: "object",
        required: ["id"],
        properties: { id: { type: "string" }, v: { type: "string" } },
      },
    },
    tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
    any: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
};

/** Definitions, and what the server makes of their objects. */
export function customResourceTests(server: () => Raw): void {
  const group = `t${randomBytes(4).toString("hex")}.example.com`;
  const apiVersion = `${group}/v1`;
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const widgets = (): string => `/apis/${group}/v1/namespaces/${server().namespace}/widgets`;
  const widget = (name: string, rest: object): object => ({
    apiVersion,
    kind: "Widget",
    metadata: { name },
    ...rest,
  });

  beforeAll(async () => {
    const schema = {
      openAPIV3Schema: {
        type: "object",
        properties: { spec, status: { type: "object", properties: { phase: { type: "string" } } } },
      },
    };
    const versions = [{ name: "v1", served: true, storage: true, subresources: { status: {} }, schema }];
    const names = { plural: "widgets", kind: "Widget" };
    await server().post(definitions, {
      metadata: { name: `widgets.${group}` },
      spec: { group, scope: "Namespaced", names, versions },
    });
    const served = async (): Promise<boolean> => (await server().get(`/apis/${apiVersion}`)).status === 200;
    await until(served, "the kind to be served");
  }, 60_000);

  afterAll(async () => {
    await server().send("DELETE", `${definitions}/widgets.${group}`);
  });

  test("a definition is established, with its names completed", async () => {
    const { body } = await server().get(`${definitions}/widgets.${group}`);
    expect(body.spec.names).toEqual({
      plural: "widgets",
      singular: "widget",
      kind: "Widget",
      listKind: "WidgetList",
    });
    expect(body.status.acceptedNames).toEqual(body.spec.names);
    expect(body.status.storedVersions).toEqual(["v1"]);
    expect(body.status.conditions.map((one: Body) => [one.type, one.status, one.reason])).toEqual([
      ["NamesAccepted", "True", "NoConflicts"],
      ["Established", "True", "InitialNamesAccepted"],
    ]);
    const resources = (await server().get(`/apis/${apiVersion}`)).body.resources.map((one: Body) => one.name);
    expect(resources).toEqual(["widgets", "widgets/status"]);
  });

  test("unknown fields are dropped, defaults set, and status starts empty", async () => {
    const { status, body } = await server().post(
      widgets(),
      widget("a", { spec: { size: 1, nope: 1, any: { x: [1] } }, status: { phase: "x" } }),
    );
    expect(status).toBe(201);
    expect(body.spec).toEqual({ size: 1, color: "red", any: { x: [1] } });
    expect(body.status).toBeUndefined();
    expect(body.metadata.generation).toBe(1);
  });

  const wrong: readonly (readonly [string, object, readonly string[]])[] = [
    [
      "a wrong type",
      { size: "1" },
      ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    ],
    ["a missing field", {}, ["spec.size: Required value"]],
    [
      "a number out of range",
      { size: 10 },
      ["spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9"],
    ],
    [
      "a value that is no choice",
      { size: 1, color: "green" },
      ['spec.color: Unsupported value: "green": supported values: "red", "blue"'],
    ],
    [
      "a pattern that fails",
      { size: 1, name: "A" },
      ["spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'"],
    ],
    [
      "a long string",
      { size: 1, name: "abcd" },
      ['spec.name: Invalid value: "abcd": spec.name in body should be at most 3 chars long'],
    ],
    [
      "too many items",
      { size: 1, items: [{ id: "1" }, { id: "2" }, { id: "3" }] },
      ["spec.items: Invalid value: 3: spec.items in body should have at most 2 items"],
    ],
    [
      "a key twice",
      { size: 1, items: [{ id: "1" }, { id: "1" }] },
      ['spec.items[1]: Duplicate value: map[string]interface {}{"id":"1"}'],
    ],
    ["a set with twins", { size: 1, tags: ["a", "a"] }, ['spec.tags[1]: Duplicate value: "a"']],
  ];
  test.each(wrong)("%s is refused", async (_, value, messages) => {
    const { body } = await server().post(widgets(), widget("bad", { spec: value }));
    expect(body).toMatchObject({
      code: 422,
      reason: "Invalid",
      details: { name: "bad", group, kind: "Widget" },
    });
    for (const message of messages) expect(body.message).toContain(message);
    expect(body.message).toMatch(new RegExp(`^Widget.${group} "bad" is invalid: `));
  });

  test("spec and status are written apart", async () => {
    await server().post(widgets(), widget("apart", { spec: { size: 1 } }));
    const status = await server().merge(`${widgets()}/apart/status`, {
      spec: { size: 5 },
      status: { phase: "Go" },
    });
    expect(status.body).toMatchObject({
      spec: { size: 1 },
      status: { phase: "Go" },
      metadata: { generation: 1 },
    });
    const main = await server().merge(`${widgets()}/apart`, { spec: { size: 5 }, status: { phase: "No" } });
    expect(main.body).toMatchObject({
      spec: { size: 5 },
      status: { phase: "Go" },
      metadata: { generation: 2 },
    });
  });

  test("an apply knows the keys of lists and the members of sets", async () => {
    await server().apply(
      `${widgets()}/lists`,
      "one",
      widget("lists", { spec: { size: 1, items: [{ id: "x", v: "1" }], tags: ["a"] } }),
    );
    const { body } = await server().apply(
      `${widgets()}/lists`,
      "two",
      widget("lists", { spec: { items: [{ id: "y" }], tags: ["b"] } }),
    );
    expect(body.spec.items).toEqual([{ id: "x", v: "1" }, { id: "y" }]);
    expect(body.spec.tags).toEqual(["a", "b"]);
    const fields = body.metadata.managedFields.find((one: Body) => one.manager === "two")?.fieldsV1;
    expect(fields?.["f:spec"]).toEqual({
      "f:items": { 'k:{"id":"y"}': { ".": {}, "f:id": {} } },
      "f:tags": { 'v:"b"': {} },
    });
    const conflict = await server().apply(
      `${widgets()}/lists`,
      "two",
      widget("lists", { spec: { items: [{ id: "x", v: "2" }] } }),
    );
    expect(conflict.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "one": .spec.items[id="x"].v',
    );
    const less = await server().apply(`${widgets()}/lists`, "one", widget("lists", { spec: { size: 1 } }));
    expect(less.body.spec).toMatchObject({ items: [{ id: "y" }], tags: ["b"] });
  });

  test("a replacement names its revision", async () => {
    await server().post(widgets(), widget("replaced", { spec: { size: 1 } }));
    const { body } = await server().send(
      "PUT",
      `${widgets()}/replaced`,
      widget("replaced", { spec: { size: 2 } }),
    );
    expect(body.message).toBe(
      `widgets.${group} "replaced" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update`,
    );
  });

  test("strategic merge patch is for built-in kinds", async () => {
    await server().post(widgets(), widget("strategic", { spec: { size: 1 } }));
    const { status } = await server().send(
      "PATCH",
      `${widgets()}/strategic`,
      {},
      "application/strategic-merge-patch+json",
    );
    expect(status).toBe(415);
  });

  test("an apply names only what the schema declares", async () => {
    const { body } = await server().apply(
      `${widgets()}/nope`,
      "one",
      widget("nope", { spec: { size: 1, nope: 1 } }),
    );
    expect(body).toMatchObject({
      code: 500,
      message: "failed to create typed patch object: .spec.nope: field not declared in schema",
    });
  });

  test("with int-or-string anywhere in its schema, a kind is applied without knowledge of its lists", async () => {
    const list = { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } };
    const properties = { port: { "x-kubernetes-int-or-string": true }, tags: list };
    const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties } } };
    const gadgets = `/apis/${group}/v1/namespaces/${server().namespace}/gadgets`;
    const gadget = (spec: object): object => ({ apiVersion, kind: "Gadget", metadata: { name: "g" }, spec });
    const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }];
    const names = { plural: "gadgets", kind: "Gadget" };
    await server().post(definitions, {
      metadata: { name: `gadgets.${group}` },
      spec: { group, scope: "Namespaced", names, versions },
    });
    await until(async () => (await server().get(gadgets)).status === 200, "gadgets to be served");
    const bad = await server().post(gadgets, gadget({ port: true }));
    expect(bad.body.message).toContain(
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    );
    const { body } = await server().apply(`${gadgets}/g`, "one", gadget({ port: "http", tags: ["a"] }));
    expect(body.metadata.managedFields[0].fieldsV1).toEqual({
      "f:spec": { ".": {}, "f:port": {}, "f:tags": {} },
    });
    const other = await server().apply(`${gadgets}/g`, "two", gadget({ tags: ["b"] }));
    expect(other.body.message).toBe('Apply failed with 1 conflict: conflict with "one": .spec.tags');
    await server().send("DELETE", `${definitions}/gadgets.${group}`);
  });

  test("a definition must be well made", async () => {
    const names = { plural: "bads", kind: "Bad" };
    const version = { name: "v1", served: true, storage: true };
    const misnamed = {
      metadata: { name: "x" },
      spec: {
        group,
        scope: "Namespaced",
        names,
        versions: [{ ...version, schema: { openAPIV3Schema: { type: "object" } } }],
      },
    };
    expect((await server().post(definitions, misnamed)).body.message).toContain(
      'must be spec.names.plural+"."+spec.group',
    );
    const schemaless = {
      metadata: { name: `bads.${group}` },
      spec: { group, scope: "Namespaced", names, versions: [version] },
    };
    const answer = (await server().post(definitions, schemaless)).body;
    expect(answer.code).toBe(422);
    expect(answer.message).toContain("schemas are required");
    const untyped = {
      openAPIV3Schema: { type: "object", properties: { spec: { properties: { a: { type: "string" } } } } },
    };
    const bad = { ...schemaless, spec: { ...schemaless.spec, versions: [{ ...version, schema: untyped }] } };
    expect((await server().post(definitions, bad)).body.message).toContain(
      "must not be empty for specified object fields",
    );
  });

  test("a definition takes its objects with it", async () => {
    const gone = `gone${group}`;
    const names = { plural: "things", kind: "Thing" };
    const versions = [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ];
    await server().post(definitions, {
      metadata: { name: `things.${gone}` },
      spec: { group: gone, scope: "Cluster", names, versions },
    });
    await until(
      async () => (await server().get(`/apis/${gone}/v1/things`)).status === 200,
      "things to be served",
    );
    await server().post(`/apis/${gone}/v1/things`, {
      apiVersion: `${gone}/v1`,
      kind: "Thing",
      metadata: { name: "a" },
      free: { form: true },
    });
    expect((await server().get(`/apis/${gone}/v1/things/a`)).body.free).toEqual({ form: true });
    await server().send("DELETE", `${definitions}/things.${gone}`);
    await until(
      async () => (await server().get(`${definitions}/things.${gone}`)).status === 404,
      "the definition to go",
    );
    await until(async () => (await server().get(`/apis/${gone}/v1/things`)).status === 404, "things to go");
  });
}
