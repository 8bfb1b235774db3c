import { expect, test } from "vitest";
import type { Answer, Raw } from "../raw.ts";

/** JSON patch, merge patch and strategic merge patch. */
export function patchTests(server: () => Raw): void {
  const at = (rest: string): string => `/api/v1/namespaces/${server().namespace}/${rest}`;
  const strategic = (path: string, body: unknown): Promise<Answer> =>
    server().send("PATCH", path, body, "application/strategic-merge-patch+json");
  const json = (path: string, body: unknown): Promise<Answer> =>
    server().send("PATCH", path, body, "application/json-patch+json");

  test("a merge patch sets, and removes with null", async () => {
    await server().post(at("configmaps?fieldManager=me"), {
      metadata: { name: "merge" },
      data: { a: "1", b: "2" },
    });
    const { body } = await server().merge(at("configmaps/merge?fieldManager=you"), {
      data: { a: "3", b: null },
    });
    expect(body.data).toEqual({ a: "3" });
    expect(
      body.metadata.managedFields.map((one: { manager: string; fieldsV1: object }) => [
        one.manager,
        one.fieldsV1,
      ]),
    ).toEqual([
      ["me", { "f:data": {} }],
      ["you", { "f:data": { "f:a": {} } }],
    ]);
  });

  test("a JSON patch does what it says, or nothing", async () => {
    await server().post(at("configmaps"), { metadata: { name: "json" }, data: { a: "1" } });
    const good = await json(at("configmaps/json"), [
      { op: "test", path: "/data/a", value: "1" },
      { op: "add", path: "/data/b", value: "2" },
      { op: "remove", path: "/data/a" },
    ]);
    expect(good.body.data).toEqual({ b: "2" });
    const bad = await json(at("configmaps/json"), [
      { op: "add", path: "/data/c", value: "3" },
      { op: "test", path: "/data/b", value: "no" },
    ]);
    expect(bad.status).toBe(422);
    expect(bad.body.message).toBe("the server rejected our request due to an error in our request");
    expect((await server().get(at("configmaps/json"))).body.data).toEqual({ b: "2" });
  });

  test("a strategic merge patch adds to secrets by name and replaces pull secrets", async () => {
    await server().post(at("serviceaccounts"), {
      metadata: { name: "strategic" },
      secrets: [{ name: "a" }],
      imagePullSecrets: [{ name: "p" }],
    });
    const { body } = await strategic(at("serviceaccounts/strategic"), {
      secrets: [{ name: "b" }],
      imagePullSecrets: [{ name: "q" }],
    });
    const names = body.secrets.map((one: { name: string }) => one.name);
    expect(names).toEqual(expect.arrayContaining(["a", "b"]));
    // The list has `x-kubernetes-patch-strategy` in neither 1.20's nor a later OpenAPI document: it is one value.
    expect(body.imagePullSecrets).toEqual([{ name: "q" }]);
    const less = await strategic(at("serviceaccounts/strategic"), {
      secrets: [{ $patch: "delete", name: "a" }],
    });
    expect(less.body.secrets.map((one: { name: string }) => one.name)).not.toContain("a");
  });

  test("a strategic merge patch merges containers by name", async () => {
    const template = {
      metadata: { labels: { app: "x" } },
      spec: {
        containers: [
          { name: "a", image: "a:1" },
          { name: "b", image: "b:1" },
        ],
      },
    };
    const deployments = `/apis/apps/v1/namespaces/${server().namespace}/deployments`;
    await server().post(deployments, {
      metadata: { name: "d" },
      spec: { replicas: 0, selector: { matchLabels: { app: "x" } }, template },
    });
    const { body } = await strategic(`${deployments}/d`, {
      spec: { template: { spec: { containers: [{ name: "b", image: "b:2" }] } } },
    });
    const images = body.spec.template.spec.containers.map((one) => `${one.name}=${one.image}`);
    expect(images.toSorted()).toEqual(["a=a:1", "b=b:2"]);
    expect(body.metadata.generation).toBe(2);
  });

  test("what is no patch is refused", async () => {
    const { body } = await server().send("PATCH", at("configmaps/json"), "x", "text/plain");
    expect(body).toMatchObject({ code: 415, reason: "UnsupportedMediaType" });
  });
}
