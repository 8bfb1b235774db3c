import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeError, type MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { apiVersionOf, objectPath, resources } from "./resources.ts";
import { configMap, failure, scripted, sendJson } from "./testing/api-server.ts";
import { parseVersion, requireVersion } from "./version.ts";

const { secrets, configMaps, namespaces } = resources;
const signal = new AbortController().signal;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const demo = { name: "harbor", namespace: "demo" };

describe("writing", () => {
  test("applies server-side under our name, with the version that was read", async () => {
    await using at = await scripted((_asked, response) =>
      sendJson(response, 200, { kind: "Secret", metadata: demo }),
    );
    await at.client.apply(secrets, { metadata: demo }, { signal, force: true, resourceVersion: "7" });
    expect(at.asked[0]).toMatchObject({
      method: "PATCH",
      path: "/api/v1/namespaces/demo/secrets/harbor",
      headers: { "content-type": "application/apply-patch+yaml" },
    });
    expect(Object.fromEntries(at.asked[0]?.query ?? [])).toEqual({ fieldManager: "moorline", force: "true" });
    expect(JSON.parse(at.asked[0]?.body ?? "")).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...demo, resourceVersion: "7" },
    });
  });

  test("deletes only the object that was meant", async () => {
    await using at = await scripted((_asked, response, turn) =>
      turn === 0
        ? sendJson(response, 200, { kind: "Status", status: "Success" })
        : sendJson(response, 404, failure(404, "NotFound", "", { name: "harbor", kind: "secrets" })),
    );
    expect(await at.client.delete(secrets, demo, { signal, uid: "u", resourceVersion: "7" })).toBe(true);
    expect(JSON.parse(at.asked[0]?.body ?? "")).toMatchObject({
      preconditions: { uid: "u", resourceVersion: "7" },
    });
    expect(await at.client.delete(secrets, demo, { signal })).toBe(false);
  });
});

describe("lists", () => {
  test("follow the pages of one snapshot, and start over when it is gone", async () => {
    await using at = await scripted((asked, response, turn) => {
      if (turn === 1) return sendJson(response, 410, failure(410, "Expired", "continue token is too old"));
      const token = asked.query.get("continue");
      sendJson(response, 200, {
        metadata: { resourceVersion: "9", ...(token === null && { continue: "more" }) },
        items: [configMap(`${turn}`, "1")],
      });
    });
    const { items, resourceVersion } = await at.client.list(configMaps, { signal, labelSelector: "a=b" });
    expect(items.map((each) => each.metadata.name)).toEqual(["2", "3"]);
    expect(resourceVersion).toBe("9");
    expect(
      at.asked.map(({ query }) => [query.get("limit"), query.get("continue"), query.get("labelSelector")]),
    ).toEqual([
      ["500", null, "a=b"],
      ["500", "more", "a=b"],
      ["500", null, "a=b"],
      ["500", "more", "a=b"],
    ]);
  });

  test("give up when their snapshot is lost again and again", async () => {
    await using at = await scripted((_asked, response) =>
      sendJson(response, 410, failure(410, "Expired", "old")),
    );
    await expect(at.client.list(configMaps, { signal })).rejects.toEqual(code("KUBERNETES_GONE"));
    expect(at.asked).toHaveLength(4);
  });

  test("of metadata ask for nothing else", async () => {
    await using at = await scripted((_asked, response) =>
      sendJson(response, 200, { metadata: {}, items: null }),
    );
    expect((await at.client.listMetadata(secrets, { signal, namespace: "demo" })).items).toEqual([]);
    expect(at.asked[0]?.headers.accept).toContain("as=PartialObjectMetadataList");
  });
});

describe("names", () => {
  test("that would address something else are never sent", () => {
    for (const name of ["", ".", "..", "a/b", "a%2fb", "../secrets/x", "x".repeat(300)]) {
      expect(() => objectPath(secrets, name, "demo")).toThrow(
        expect.objectContaining({ code: "KUBERNETES_NAME_INVALID" }),
      );
      expect(() => objectPath(secrets, "a", name)).toThrow(
        expect.objectContaining({ code: "KUBERNETES_NAME_INVALID" }),
      );
    }
    expect(() => objectPath(secrets, "a", undefined)).toThrow(/namespace/);
  });

  test("stay one segment of the path, whatever they hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        let path: string;
        try {
          path = objectPath(namespaces, name, undefined);
        } catch {
          return; // refused, which is as good
        }
        expect(new URL(path, "http://h").pathname.split("/")).toHaveLength(5);
      }),
    );
  });
});

describe("a refusal", () => {
  const causes = (...list: object[]) => ({ name: "harbor", kind: "secrets", causes: list });
  test.each([
    ["KUBERNETES_NOT_FOUND", failure(404, "NotFound", 'secrets "harbor" not found', causes())],
    [
      "KUBERNETES_NAMESPACE_MISSING",
      failure(404, "NotFound", 'namespaces "demo" not found', { name: "demo", kind: "namespaces" }),
    ],
    ["KUBERNETES_API_MISSING", failure(404, "NotFound", "the server could not find the requested resource")],
    ["KUBERNETES_ALREADY_EXISTS", failure(409, "AlreadyExists", "exists", causes())],
    ["KUBERNETES_CONFLICT", failure(409, "Conflict", "the object has been modified", causes())],
    [
      "KUBERNETES_NAMESPACE_TERMINATING",
      failure(403, "Forbidden", "being terminated", causes({ reason: "NamespaceTerminating" })),
    ],
    ["KUBERNETES_QUOTA_EXCEEDED", failure(403, "Forbidden", "exceeded quota: q", causes())],
    ["KUBERNETES_FORBIDDEN", failure(403, "Forbidden", 'User "x" cannot', causes())],
    ["KUBERNETES_UNAUTHORIZED", failure(401, "Unauthorized", "Unauthorized")],
    ["KUBERNETES_INVALID", failure(422, "Invalid", "is invalid", causes())],
    ["KUBERNETES_ADMISSION_DENIED", failure(403, "", 'admission webhook "w" denied the request: no')],
    ["KUBERNETES_WEBHOOK_UNAVAILABLE", failure(500, "InternalError", 'failed calling webhook "w"')],
    ["KUBERNETES_TOO_LARGE", failure(413, "RequestEntityTooLarge", "limit is 3145728")],
    ["KUBERNETES_GONE", failure(410, "Expired", "old")],
    ["KUBERNETES_UNAVAILABLE", failure(504, "Timeout", "timed out")],
    ["KUBERNETES_UNEXPECTED", failure(418, "Teapot", "short and stout")],
  ])("is told as %s", async (expected, body) => {
    await using at = await scripted((_asked, response) => sendJson(response, body.code, body));
    const thrown: unknown = await at.client
      .apply(secrets, { metadata: demo }, { signal })
      .catch((error: unknown) => error);
    expect(thrown).toEqual(code(expected));
    expect(thrown).toMatchObject({ subject: "Secret/demo/harbor" });
    const text = describeError(thrown as MoorlineError, "zh-CN");
    expect(text.what + text.remedy).not.toMatch(/\{[a-z]+\}/);
  });

  test("of fields names them and their owner", async () => {
    const conflict = (field: string) => ({
      reason: "FieldManagerConflict",
      message: 'conflict with "kubectl" using v1',
      field,
    });
    const body = failure(409, "Conflict", "Apply failed", {
      name: "harbor",
      causes: [conflict(".data.a"), conflict(".type")],
    });
    await using at = await scripted((_asked, response) => sendJson(response, 409, body));
    await expect(at.client.apply(secrets, { metadata: demo }, { signal })).rejects.toMatchObject({
      code: "KUBERNETES_FIELD_CONFLICT",
      retry: "never",
      parameters: { fields: ".data.a; .type", managers: "kubectl" },
    });
  });

  test("with a wait passes it on", async () => {
    await using at = await scripted((_asked, response) => {
      response.writeHead(429, { "retry-after": "3" }).end("Too many requests, please try again later.\n");
    });
    await expect(at.client.get(secrets, demo, signal)).rejects.toMatchObject({
      code: "KUBERNETES_TOO_MANY_REQUESTS",
      retryAfterSeconds: 3,
    });
  });

  test("never repeats what was sent", async () => {
    const message =
      'Secret in version "v1" cannot be handled: illegal base64 data, error found in #10 byte of ...|"x":"SECRET|..., bigger context ...|SECRET|...';
    const invalid = failure(422, "Invalid", 'data[x]: Invalid value: "SECRET \\"q": bad', {
      name: "harbor",
      causes: [{ field: "data", message: 'Invalid value: "SECRET": bad' }],
    });
    await using at = await scripted((_asked, response, turn) =>
      turn === 0
        ? sendJson(response, 400, failure(400, "BadRequest", message))
        : sendJson(response, 422, invalid),
    );
    for (let each = 0; each < 2; each++) {
      const thrown: unknown = await at.client
        .create(secrets, { metadata: demo }, { signal })
        .catch((e: unknown) => e);
      expect(thrown).toEqual(code("KUBERNETES_INVALID"));
      expect(JSON.stringify(thrown) + String(thrown)).not.toContain("SECRET");
    }
  });
});

test("a missing object is an answer, a missing API an error", async () => {
  await using at = await scripted((_asked, response, turn) =>
    turn === 0
      ? sendJson(response, 404, failure(404, "NotFound", "", { name: "harbor", kind: "secrets" }))
      : response.writeHead(404).end("404 page not found\n"),
  );
  expect(await at.client.get(secrets, demo, signal)).toBeUndefined();
  await expect(at.client.get(secrets, demo, signal)).rejects.toEqual(code("KUBERNETES_API_MISSING"));
});

test("a refused token is fetched anew once, and not again when it is the same", async () => {
  const tokens = ["old", "new"];
  await using at = await scripted(
    (asked, response) =>
      asked.headers.authorization === "Bearer new"
        ? sendJson(response, 200, { kind: "Secret", metadata: demo })
        : sendJson(response, 401, failure(401, "Unauthorized", "Unauthorized")),
    async (_signal, refused) => new Sensitive(`Bearer ${refused ? tokens[1] : tokens[0]}`),
  );
  expect(await at.client.get(secrets, demo, signal)).toBeDefined();
  tokens[1] = "old";
  await expect(at.client.get(secrets, demo, signal)).rejects.toEqual(code("KUBERNETES_UNAUTHORIZED"));
  expect(at.asked.map((asked) => asked.headers.authorization)).toEqual([
    "Bearer old",
    "Bearer new",
    "Bearer old",
  ]);
});

test("access and APIs are asked for in Kubernetes' own words", async () => {
  await using at = await scripted((asked, response) =>
    asked.method === "POST"
      ? sendJson(response, 201, { kind: "SelfSubjectAccessReview", status: { allowed: true } })
      : sendJson(response, 200, { kind: "APIResourceList", resources: [{ name: "deployments" }] }),
  );
  const { deployments, daemonSets } = resources;
  expect(await at.client.can({ verb: "patch", resource: deployments, namespace: "demo" }, signal)).toBe(true);
  expect(JSON.parse(at.asked[0]?.body ?? "")).toMatchObject({
    spec: {
      resourceAttributes: { verb: "patch", group: "apps", resource: "deployments", namespace: "demo" },
    },
  });
  expect(await at.client.serves(deployments, signal)).toBe(true);
  expect(await at.client.serves(daemonSets, signal)).toBe(false);
  expect(at.asked[1]?.path).toBe(`/apis/${apiVersionOf(deployments)}`);
});

describe("versions", () => {
  const answer = (body: unknown) => ({ status: 200, json: () => body }) as Parameters<typeof parseVersion>[0];
  test.each([
    ["1", "20", "v1.20.2", true],
    ["1", "27+", "v1.27.3-gke.100", true],
    ["1", "19", "v1.19.16", false],
    ["2", "0", "v2.0.0", true],
  ])("%s.%s is taken or refused", (major, minor, gitVersion, taken) => {
    const version = parseVersion(answer({ major, minor, gitVersion }), "https://k");
    const refusal = () => {
      try {
        requireVersion(version, "https://k");
        return undefined;
      } catch (thrown) {
        return (thrown as MoorlineError).code;
      }
    };
    expect(refusal()).toBe(taken ? undefined : "KUBERNETES_TOO_OLD");
    expect(version.text).toBe(gitVersion);
  });

  test("that are none name the server as something else", () => {
    expect(() => parseVersion(answer({ hello: "world" }), "https://k")).toThrow(
      expect.objectContaining({ code: "KUBERNETES_NOT_KUBERNETES" }),
    );
  });
});
