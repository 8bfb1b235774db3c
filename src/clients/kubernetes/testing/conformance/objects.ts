import { expect, test } from "vitest";
import type { Raw } from "../raw.ts";

/** Creating, reading, replacing and deleting, and what the server says when it refuses. */
export function objectTests(server: () => Raw): void {
  const secrets = (): string => `/api/v1/namespaces/${server().namespace}/secrets`;

  test("a created object has what the server sets", async () => {
    const { status, body } = await server().post(secrets(), {
      metadata: { name: "made" },
      stringData: { a: "b" },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: "Secret", apiVersion: "v1", type: "Opaque", data: { a: "Yg==" } });
    expect(body.metadata).toMatchObject({ name: "made", namespace: server().namespace });
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(body.stringData).toBeUndefined();
    expect(body.metadata.managedFields).toMatchObject([
      { manager: "conformance", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1" },
    ]);
    expect(body.metadata.managedFields[0].fieldsV1).toEqual({
      "f:data": { ".": {}, "f:a": {} },
      "f:type": {},
    });
  });

  test("a name is made from generateName", async () => {
    const { body } = await server().post(secrets(), { metadata: { generateName: "gen-" } });
    expect(body.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
    expect(body.metadata.managedFields[0].fieldsV1["f:metadata"]).toEqual({ "f:generateName": {} });
  });

  test("what is not there is not found", async () => {
    expect((await server().get("/api/v1/namespaces/nope-nope")).body).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'namespaces "nope-nope" not found',
      reason: "NotFound",
      details: { name: "nope-nope", kind: "namespaces" },
      code: 404,
    });
    const inNothing = await server().post("/api/v1/namespaces/nope-nope/secrets", {
      metadata: { name: "a" },
    });
    expect(inNothing.body).toMatchObject({ message: 'namespaces "nope-nope" not found', code: 404 });
    const put = await server().send("PUT", `${secrets()}/nope`, { metadata: { name: "nope" } });
    expect(put.body).toMatchObject({ message: 'secrets "nope" not found', code: 404 });
  });

  test("a name is taken once", async () => {
    await server().post(secrets(), { metadata: { name: "taken" } });
    const { status, body } = await server().post(secrets(), { metadata: { name: "taken" } });
    expect(status).toBe(409);
    expect(body).toMatchObject({ reason: "AlreadyExists", message: 'secrets "taken" already exists' });
  });

  const refused: readonly (readonly [string, object, number, string])[] = [
    [
      "a bad name",
      { metadata: { name: "Bad_Name" } },
      422,
      'metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of',
    ],
    [
      "no name",
      { metadata: {} },
      422,
      'Secret "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      "another namespace",
      { metadata: { name: "a", namespace: "other" } },
      400,
      "the namespace of the provided object does not match the namespace sent on the request",
    ],
    [
      "another kind",
      { kind: "Namespace", apiVersion: "v1", metadata: { name: "a" } },
      400,
      'Namespace in version "v1" cannot be handled as a Secret',
    ],
    [
      "a bad key",
      { metadata: { name: "a" }, data: { "a b": "YQ==" } },
      422,
      'data[a b]: Invalid value: "a b": a valid config key must consist of',
    ],
    [
      "a registry secret without its key",
      { metadata: { name: "a" }, type: "kubernetes.io/dockerconfigjson" },
      422,
      'Secret "a" is invalid: data[.dockerconfigjson]: Required value',
    ],
    [
      "a registry secret that is no JSON",
      {
        metadata: { name: "a" },
        type: "kubernetes.io/dockerconfigjson",
        data: { ".dockerconfigjson": "YQ==" },
      },
      422,
      'Secret "a" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'a\' looking for beginning of value',
    ],
    [
      "bytes that are no base64",
      { metadata: { name: "a" }, data: { a: "!!" } },
      400,
      "illegal base64 data at input byte 0",
    ],
    [
      "a bad label",
      { metadata: { name: "a", labels: { a: "b c" } } },
      422,
      'metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of',
    ],
    [
      "a revision",
      { metadata: { name: "a", resourceVersion: "1" } },
      500,
      "resourceVersion should not be set on objects to be created",
    ],
  ];
  test.each(refused)("%s is refused", async (_, object, status, message) => {
    const answer = await server().post(secrets(), object);
    expect(answer.body).toMatchObject({ status: "Failure", code: status });
    expect(answer.body.message).toContain(message);
  });

  test("a write of an old revision is a conflict, and changes nothing", async () => {
    await server().post(secrets(), { metadata: { name: "old" }, stringData: { a: "b" } });
    const stale = { metadata: { name: "old", resourceVersion: "1" } };
    for (const answer of [
      await server().send("PUT", `${secrets()}/old`, stale),
      await server().merge(`${secrets()}/old`, stale),
    ]) {
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on secrets "old": the object has been modified; please apply your changes to the latest version and try again',
        details: { name: "old", kind: "secrets" },
      });
    }
    expect((await server().get(`${secrets()}/old`)).body.data).toEqual({ a: "Yg==" });
  });

  test("a write that changes nothing makes no revision", async () => {
    const { body } = await server().post(secrets(), { metadata: { name: "same" }, stringData: { a: "b" } });
    const again = await server().send("PUT", `${secrets()}/same`, body);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(body);
  });

  test("the type of a secret stays", async () => {
    await server().post(secrets(), { metadata: { name: "typed" } });
    const { body } = await server().send("PUT", `${secrets()}/typed`, {
      metadata: { name: "typed" },
      type: "other",
    });
    expect(body.message).toBe('Secret "typed" is invalid: type: Invalid value: "other": field is immutable');
  });

  test("a dry run answers as the real one and keeps nothing", async () => {
    const { status, body } = await server().post(`${secrets()}?dryRun=All`, { metadata: { name: "dry" } });
    expect(status).toBe(201);
    expect(body.metadata.resourceVersion).toBeUndefined();
    expect((await server().get(`${secrets()}/dry`)).status).toBe(404);
    const wrong = await server().post(`${secrets()}?dryRun=Some`, { metadata: { name: "dry" } });
    expect(wrong.body.message).toBe(
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
    );
  });

  test("a deletion may say which object it means", async () => {
    const { body } = await server().post(secrets(), { metadata: { name: "gone" } });
    const other = await server().send("DELETE", `${secrets()}/gone`, { preconditions: { uid: "1" } });
    expect(other.body.message).toBe(
      `Operation cannot be fulfilled on Secret "gone": the UID in the precondition (1) does not match the UID in record (${body.metadata.uid}). The object might have been deleted and then recreated`,
    );
    const done = await server().send("DELETE", `${secrets()}/gone`, {
      preconditions: { uid: body.metadata.uid },
    });
    expect(done.body).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: { name: "gone", kind: "secrets", uid: body.metadata.uid },
    });
    expect((await server().send("DELETE", `${secrets()}/gone`)).body).toMatchObject({
      code: 404,
      message: 'secrets "gone" not found',
    });
  });

  test("paths and methods that are none are told apart", async () => {
    expect((await server().get("/api/v1/nothing")).body).toMatchObject({
      code: 404,
      message: "the server could not find the requested resource",
    });
    expect((await server().get("/apis/nothing.example.com/v1/things")).body).toBe("404 page not found\n");
    expect((await server().send("PUT", "/api/v1/namespaces", {})).body).toMatchObject({
      code: 405,
      reason: "MethodNotAllowed",
    });
  });

  test("a lease is replaced at its revision alone", async () => {
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${server().namespace}/leases`;
    const spec = { holderIdentity: "a", leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.000000Z" };
    const { body } = await server().post(leases, { metadata: { name: "l" }, spec });
    expect(body.spec).toEqual(spec);
    const blind = await server().send("PUT", `${leases}/l`, { metadata: { name: "l" }, spec });
    expect(blind.body.message).toContain(
      "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update",
    );
    const next = { ...body, spec: { ...spec, holderIdentity: "b" } };
    expect((await server().send("PUT", `${leases}/l`, next)).body.spec.holderIdentity).toBe("b");
    expect((await server().send("PUT", `${leases}/l`, next)).body).toMatchObject({
      code: 409,
      reason: "Conflict",
    });
  });
}
