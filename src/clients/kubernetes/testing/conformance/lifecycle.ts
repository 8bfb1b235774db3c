import { expect, test } from "vitest";
import { until, type Body, type Raw } from "../raw.ts";

/** Namespaces, service accounts, finalizers. */
export function lifecycleTests(server: () => Raw): void {
  test("a namespace is active, with its finalizer and no label of its own", async () => {
    const { body } = await server().get(`/api/v1/namespaces/${server().namespace}`);
    expect(body).toMatchObject({ spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } });
    // kubernetes.io/metadata.name came with 1.21.
    expect(body.metadata.labels).toBeUndefined();
    expect(body.metadata.managedFields[0].fieldsV1).toEqual({ "f:status": { "f:phase": {} } });
  });

  test("a namespace has a default account with a token, and the cluster's authority", async () => {
    const root = `/api/v1/namespaces/${server().namespace}`;
    const account = (await server().get(`${root}/serviceaccounts/default`)).body;
    expect(account.secrets[0].name).toMatch(/^default-token-[a-z0-9]{5}$/);
    const secret = (await server().get(`${root}/secrets/${account.secrets[0].name}`)).body;
    expect(secret.type).toBe("kubernetes.io/service-account-token");
    expect(secret.metadata.annotations).toMatchObject({
      "kubernetes.io/service-account.name": "default",
      "kubernetes.io/service-account.uid": account.metadata.uid,
    });
    expect(Object.keys(secret.data).toSorted()).toEqual(["ca.crt", "namespace", "token"]);
    expect((await server().get(`${root}/configmaps/kube-root-ca.crt`)).body.data["ca.crt"]).toContain(
      "BEGIN CERTIFICATE",
    );
  });

  test("the default account comes back", async () => {
    const accounts = `/api/v1/namespaces/${server().namespace}/serviceaccounts`;
    const before = (await server().get(`${accounts}/default`)).body.metadata.uid;
    await server().send("DELETE", `${accounts}/default`);
    await until(async () => {
      const { status, body } = await server().get(`${accounts}/default`);
      return status === 200 && body.metadata.uid !== before && (body.secrets ?? []).length === 1;
    }, "a new default account");
    expect((await server().get(`${accounts}/default`)).status).toBe(200);
  });

  test("the system's namespaces are there and stay", async () => {
    for (const name of ["default", "kube-system", "kube-public", "kube-node-lease"]) {
      expect((await server().get(`/api/v1/namespaces/${name}`)).status).toBe(200);
    }
    const { body } = await server().send("DELETE", "/api/v1/namespaces/default");
    expect(body).toMatchObject({
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
  });

  test("a finalizer holds an object, and nothing more may hold it then", async () => {
    const maps = `/api/v1/namespaces/${server().namespace}/configmaps`;
    await server().post(maps, { metadata: { name: "held", finalizers: ["example.com/hold"] } });
    const { status, body } = await server().send("DELETE", `${maps}/held`);
    expect(status).toBe(200);
    expect(body.metadata.deletionTimestamp).toMatch(/Z$/);
    expect(body.metadata.deletionGracePeriodSeconds).toBe(0);
    const more = await server().merge(`${maps}/held`, {
      metadata: { finalizers: ["example.com/hold", "example.com/more"] },
    });
    expect(more.body).toMatchObject({ code: 422 });
    expect(more.body.message).toContain("no new finalizers can be added if the object is being deleted");
    expect((await server().merge(`${maps}/held`, { metadata: { finalizers: null } })).status).toBe(200);
    expect((await server().get(`${maps}/held`)).status).toBe(404);
  });

  test("a deleted namespace takes its contents with it, when nothing holds them", async () => {
    const name = `${server().namespace}-gone`;
    const root = `/api/v1/namespaces/${name}`;
    await server().post("/api/v1/namespaces", { metadata: { name } });
    await server().post(`${root}/configmaps`, {
      metadata: { name: "held", finalizers: ["example.com/hold"] },
    });
    await server().post(`${root}/configmaps`, { metadata: { name: "free" } });
    const { body } = await server().send("DELETE", root);
    expect(body).toMatchObject({ kind: "Namespace", status: { phase: "Terminating" } });
    const late = await server().post(`${root}/secrets`, { metadata: { name: "late" } });
    expect(late.body).toMatchObject({
      code: 403,
      message: `secrets "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    });
    expect(late.body.details.causes).toEqual([
      {
        reason: "NamespaceTerminating",
        message: `namespace ${name} is being terminated`,
        field: "metadata.namespace",
      },
    ]);
    await until(
      async () => (await server().get(`${root}/configmaps/free`)).status === 404,
      "the free object to go",
    );
    expect((await server().get(root)).body.status.phase).toBe("Terminating");
    await server().merge(`${root}/configmaps/held`, { metadata: { finalizers: null } });
    await until(async () => (await server().get(root)).status === 404, "the namespace to go");
  });

  test("the server tells its version, its health and its kinds", async () => {
    const { body } = await server().get("/version");
    expect(body).toMatchObject({ major: "1", minor: "20" });
    expect(body.gitVersion).toMatch(/^v1\.20\.2/);
    for (const path of ["/healthz", "/readyz", "/livez"]) expect((await server().get(path)).body).toBe("ok");
    expect((await server().get("/api")).body).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
    const core = (await server().get("/api/v1")).body.resources.map((one: Body) => one.name);
    expect(core).toEqual(
      expect.arrayContaining([
        "namespaces",
        "secrets",
        "serviceaccounts",
        "nodes",
        "pods",
        "events",
        "configmaps",
      ]),
    );
    const groups = (await server().get("/apis")).body.groups.map((one: Body) => one.name);
    expect(groups).toEqual(
      expect.arrayContaining(["apps", "coordination.k8s.io", "apiextensions.k8s.io", "authorization.k8s.io"]),
    );
  });

  test("an administrator is told that everything is allowed", async () => {
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { verb: "delete", resource: "secrets" } },
    };
    const { status, body } = await server().post(
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      review,
    );
    expect(status).toBe(201);
    expect(body.status.allowed).toBe(true);
  });
}
