import { beforeAll, expect, test } from "vitest";
import { until, type Body, type Raw } from "../raw.ts";

const names = (body: Body): readonly string[] => body.items.map((item: Body) => item.metadata.name);

/** Selectors, paging and watches. */
export function listAndWatchTests(server: () => Raw): void {
  const space = (): string => `${server().namespace}-list`;
  const maps = (): string => `/api/v1/namespaces/${space()}/configmaps`;

  beforeAll(async () => {
    await server().post("/api/v1/namespaces", { metadata: { name: space() } });
    await until(
      async () => (await server().get(`${maps()}/kube-root-ca.crt`)).status === 200,
      "the namespace's authority",
    );
    for (const name of ["a", "b", "c", "d", "e"]) {
      const labels = { letter: name, ...(name < "c" ? { early: "" } : {}) };
      await server().post(maps(), { metadata: { name, labels }, data: { name } });
    }
    return () => server().send("DELETE", `/api/v1/namespaces/${space()}`);
  });

  test.each([
    ["letter=a", ["a"]],
    ["letter in (a,c)", ["a", "c"]],
    ["letter notin (a,b),letter", ["c", "d", "e"]],
    ["early", ["a", "b"]],
    ["!early,letter", ["c", "d", "e"]],
    ["letter!=a,early", ["b"]],
  ])("labels are selected by %s", async (selector, expected) => {
    expect(
      names((await server().get(`${maps()}?labelSelector=${encodeURIComponent(selector)}`)).body),
    ).toEqual(expected);
  });

  test("fields are selected, where the kind has them", async () => {
    expect(names((await server().get(`${maps()}?fieldSelector=metadata.name%3Db`)).body)).toEqual(["b"]);
    const secrets = `/api/v1/namespaces/${space()}/secrets?fieldSelector=type%3D`;
    expect((await server().get(`${secrets}kubernetes.io%2Fservice-account-token`)).body.items).toHaveLength(
      1,
    );
    expect((await server().get(`${secrets}Opaque`)).body.items).toEqual([]);
    expect((await server().get(`${maps()}?fieldSelector=data%3Db`)).body).toMatchObject({
      code: 400,
      message: '"data" is not a known field selector: only "metadata.name", "metadata.namespace"',
    });
    expect((await server().get(`${secrets.split("?")[0]}?fieldSelector=data%3Db`)).body).toMatchObject({
      code: 400,
      message: "field label not supported: data",
    });
    expect((await server().get(`${maps()}?labelSelector=a%3D%3D%3Db`)).body.message).toBe(
      "unable to parse requirement: found '=', expected: identifier",
    );
  });

  test("items of a built-in list do not repeat their kind", async () => {
    const { body } = await server().get(`${maps()}?labelSelector=early`);
    expect(body).toMatchObject({ kind: "ConfigMapList", apiVersion: "v1" });
    expect(body.items[0]?.kind).toBeUndefined();
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
  });

  test("pages show the list as it was when it was begun", async () => {
    const first = (await server().get(`${maps()}?limit=2`)).body;
    expect(names(first)).toEqual(["a", "b"]);
    expect(first.metadata.remainingItemCount).toBe(4);
    await server().post(maps(), { metadata: { name: "bb" } });
    const second = (await server().get(`${maps()}?limit=2&continue=${first.metadata.continue}`)).body;
    expect(names(second)).toEqual(["c", "d"]);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const third = (await server().get(`${maps()}?limit=10&continue=${second.metadata.continue}`)).body;
    expect(names(third)).toEqual(["e", "kube-root-ca.crt"]);
    expect(third.metadata.continue ?? "").toBe("");
    await server().send("DELETE", `${maps()}/bb`);
  });

  test("a bad continue token is refused", async () => {
    const { body } = await server().get(`${maps()}?limit=1&continue=bad`);
    expect(body).toMatchObject({ code: 400, reason: "BadRequest" });
    expect(body.message).toContain("continue key is not valid");
  });

  test("a list of the future is not there yet", async () => {
    const { status, body } = await server().get(`${maps()}?resourceVersion=999999999`);
    expect(status).toBe(504);
    expect(body.message).toMatch(/^Timeout: Too large resource version: 999999999, current: \d+$/);
  });

  test("a watch goes on from a revision, and tells changes in order", async () => {
    const { resourceVersion } = (await server().get(maps())).body.metadata;
    await server().post(maps(), { metadata: { name: "w" }, data: { a: "1" } });
    await server().merge(`${maps()}/w`, { data: { a: "2" } });
    await server().send("DELETE", `${maps()}/w`);
    const events = await server().watch(
      `${maps()}?watch=1&resourceVersion=${resourceVersion}&timeoutSeconds=1`,
    );
    expect(events.map((event) => [event.type, event.object.metadata.name, event.object.data?.a])).toEqual([
      ["ADDED", "w", "1"],
      ["MODIFIED", "w", "2"],
      ["DELETED", "w", "2"],
    ]);
    const versions = events.map((event) => Number(event.object.metadata.resourceVersion));
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    expect(events[0]?.object.kind).toBe("ConfigMap");
  });

  test("a watch without a revision begins with what there is", async () => {
    const events = await server().watch(`${maps()}?watch=true&timeoutSeconds=1&labelSelector=early`);
    expect(events.map((event) => `${event.type} ${event.object.metadata.name}`).toSorted()).toEqual([
      "ADDED a",
      "ADDED b",
    ]);
  });

  test("for a selective watch, objects come and go with their labels", async () => {
    await server().post(maps(), { metadata: { name: "s" } });
    const { resourceVersion } = (await server().get(maps())).body.metadata;
    await server().merge(`${maps()}/s`, { metadata: { labels: { in: "yes" } } });
    await server().merge(`${maps()}/s`, { data: { a: "1" } });
    await server().merge(`${maps()}/s`, { metadata: { labels: { in: null } } });
    await server().merge(`${maps()}/s`, { data: { a: "2" } });
    const events = await server().watch(
      `${maps()}?watch=1&resourceVersion=${resourceVersion}&timeoutSeconds=1&labelSelector=in`,
    );
    expect(events.map((event) => event.type)).toEqual(["ADDED", "MODIFIED", "DELETED"]);
    await server().send("DELETE", `${maps()}/s`);
  });

  test("a collection is deleted by selector", async () => {
    const { body } = await server().send("DELETE", `${maps()}?labelSelector=letter%3De`);
    expect(body.kind).toBe("ConfigMapList");
    expect(names(body)).toEqual(["e"]);
    expect((await server().get(`${maps()}/e`)).status).toBe(404);
  });
}
