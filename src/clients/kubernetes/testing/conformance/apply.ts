import { expect, test } from "vitest";
import type { Body, Raw } from "../raw.ts";

const managers = (body: Body): readonly unknown[] =>
  body.metadata.managedFields.map((one: Body) => [one.manager, one.operation, one.fieldsV1]);

/** Server-side apply: ownership, conflicts, removal. */
export function applyTests(server: () => Raw): void {
  const path = (name: string): string => `/api/v1/namespaces/${server().namespace}/configmaps/${name}`;
  const map = (name: string, data: object, metadata: object = {}): object => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...metadata },
    data,
  });

  test("an apply makes what is not there, and owns what it says", async () => {
    const { status, body } = await server().apply(
      path("made-by"),
      "one",
      map("made-by", { a: "1" }, { labels: { x: "y" } }),
    );
    expect(status).toBe(201);
    expect(managers(body)).toEqual([
      ["one", "Apply", { "f:data": { "f:a": {} }, "f:metadata": { "f:labels": { "f:x": {} } } }],
    ]);
  });

  test("the same again changes nothing", async () => {
    const first = await server().apply(path("same"), "one", map("same", { a: "1" }));
    const second = await server().apply(path("same"), "one", map("same", { a: "1" }));
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
  });

  test("what is no longer applied goes, unless another applies it too", async () => {
    await server().apply(path("fewer"), "one", map("fewer", { a: "1", b: "2" }));
    await server().apply(path("fewer"), "two", map("fewer", { b: "2" }));
    const { body } = await server().apply(path("fewer"), "one", map("fewer", { c: "3" }));
    expect(body.data).toEqual({ b: "2", c: "3" });
  });

  test("a conflict names the field and its manager", async () => {
    await server().apply(path("conflict"), "one", map("conflict", { a: "1" }));
    const { status, body } = await server().apply(path("conflict"), "two", map("conflict", { a: "2" }));
    expect(status).toBe(409);
    expect(body).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
      reason: "Conflict",
      details: {
        causes: [{ reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.a" }],
      },
      code: 409,
    });
  });

  test("several conflicts are told by manager, updates with their version", async () => {
    await server().post(`${path("").slice(0, -1)}?fieldManager=me`, {
      metadata: { name: "several" },
      data: { a: "1", b: "2" },
    });
    await server().merge(`${path("several")}?fieldManager=you`, { data: { a: "3" } });
    const { body } = await server().apply(path("several"), "one", map("several", { a: "x", b: "y" }));
    expect(body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "me" using v1:\n- .data.b\nconflicts with "you" using v1:\n- .data.a',
    );
    expect(body.details.causes.map((cause: Body) => cause.field).toSorted()).toEqual([".data.a", ".data.b"]);
  });

  test("force takes fields over", async () => {
    await server().apply(path("force"), "one", map("force", { a: "1", b: "1" }));
    const { body } = await server().apply(path("force"), "two", map("force", { a: "2" }), "&force=true");
    expect(body.data).toEqual({ a: "2", b: "1" });
    expect(managers(body)).toEqual([
      ["one", "Apply", { "f:data": { "f:b": {} } }],
      ["two", "Apply", { "f:data": { "f:a": {} } }],
    ]);
  });

  test("two may own the same value", async () => {
    await server().apply(path("shared"), "one", map("shared", { a: "1" }));
    expect((await server().apply(path("shared"), "two", map("shared", { a: "1" }))).status).toBe(200);
  });

  test("an update takes a field from the one who applied it", async () => {
    await server().apply(path("drift"), "one", map("drift", { a: "1" }));
    await server().merge(`${path("drift")}?fieldManager=hand`, { data: { a: "2" } });
    const { body } = await server().apply(path("drift"), "one", map("drift", { a: "1" }));
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "hand" using v1: .data.a');
    expect(
      (await server().apply(path("drift"), "one", map("drift", { a: "1" }), "&force=true")).body.data,
    ).toEqual({ a: "1" });
  });

  test("pull secrets of an account are one value, and its secrets are kept", async () => {
    const account = `/api/v1/namespaces/${server().namespace}/serviceaccounts/default`;
    const applied = (names: readonly string[]): object => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default" },
      imagePullSecrets: names.map((name) => ({ name })),
    });
    const { body } = await server().apply(account, "one", applied(["a"]));
    expect(body.secrets).toHaveLength(1);
    const token = body.secrets[0].name;
    expect(managers(body)).toEqual([
      ["one", "Apply", { "f:imagePullSecrets": {} }],
      [
        "before-first-apply",
        "Update",
        { "f:secrets": { ".": {}, [`k:{"name":"${token}"}`]: { ".": {}, "f:name": {} } } },
      ],
    ]);
    const other = await server().apply(account, "two", applied(["b"]));
    expect(other.body.message).toBe('Apply failed with 1 conflict: conflict with "one": .imagePullSecrets');
    const none = await server().apply(account, "one", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default" },
    });
    expect(none.body.imagePullSecrets).toBeUndefined();
    expect(none.body.secrets).toHaveLength(1);
  });

  test("items of a keyed list have managers of their own", async () => {
    const pod = `/api/v1/namespaces/${server().namespace}/pods/keyed`;
    const body = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "keyed" },
      spec: {
        nodeName: "nowhere",
        containers: [{ name: "a", image: "a:1", env: [{ name: "X", value: "1" }] }],
      },
    };
    const made = await server().apply(pod, "one", body);
    expect(made.status).toBe(201);
    const fields = made.body.metadata.managedFields.find((one: Body) => one.manager === "one")?.fieldsV1;
    expect(fields?.["f:spec"]?.["f:containers"]?.['k:{"name":"a"}']).toEqual({
      ".": {},
      "f:env": { 'k:{"name":"X"}': { ".": {}, "f:name": {}, "f:value": {} } },
      "f:image": {},
      "f:name": {},
    });
    // No kubelet has it: it goes at once or never.
    await server().send("DELETE", pod, { gracePeriodSeconds: 0 });
  });

  test("an apply needs a manager, a declared field, the right name and an existing namespace", async () => {
    const nameless = await server().send("PATCH", path("x"), map("x", {}), "application/apply-patch+yaml");
    expect(nameless.body.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
    const unknown = await server().apply(path("x"), "one", { ...map("x", {}), foo: 1 });
    expect(unknown.body).toMatchObject({
      code: 500,
      message: "failed to create typed patch object: .foo: field not declared in schema",
    });
    const other = await server().apply(path("x"), "one", map("y", {}));
    expect(other.body).toMatchObject({
      code: 400,
      message: "the name of the object (y) does not match the name on the URL (x)",
    });
    const nowhere = await server().apply("/api/v1/namespaces/nope-nope/configmaps/x", "one", map("x", {}));
    expect(nowhere.body).toMatchObject({ code: 404, message: 'namespaces "nope-nope" not found' });
  });

  test("an apply may say which revision it means", async () => {
    await server().apply(path("revision"), "one", map("revision", { a: "1" }));
    const { body } = await server().apply(
      path("revision"),
      "one",
      map("revision", { a: "2" }, { resourceVersion: "1" }),
    );
    expect(body).toMatchObject({ code: 409, reason: "Conflict" });
    expect(body.message).toContain("the object has been modified");
  });

  test("a dry run tells conflicts and changes nothing", async () => {
    const made = await server().apply(path("dry"), "one", map("dry", { a: "1" }), "&dryRun=All");
    expect(made.status).toBe(201);
    expect((await server().get(path("dry"))).status).toBe(404);
  });
}
