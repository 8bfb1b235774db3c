import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import { applyTests } from "./conformance/apply.ts";
import { customResourceTests } from "./conformance/custom-resources.ts";
import { lifecycleTests } from "./conformance/lifecycle.ts";
import { listAndWatchTests } from "./conformance/list-and-watch.ts";
import { objectTests } from "./conformance/objects.ts";
import { patchTests } from "./conformance/patches.ts";
import { openRaw, until, type Raw, type ServerUnderTest } from "./raw.ts";

/**
 * What kube-apiserver 1.20 does, as tests that run against any API server: the real one is the referee of the embedded one.
 * @param connect says where the server is; called once
 */
export function describeKubernetes(name: string, connect: () => Promise<ServerUnderTest>): void {
  describe(`${name} answers as Kubernetes 1.20`, () => {
    let raw: Raw | undefined;
    const server = (): Raw => {
      if (raw === undefined) throw new Error("the server is not up yet");
      return raw;
    };
    beforeAll(async () => {
      const namespace = `conformance-${randomBytes(4).toString("hex")}`;
      raw = openRaw(await connect(), namespace);
      await raw.post("/api/v1/namespaces", { metadata: { name: namespace } });
      const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
      await until(
        async () => ((await server().get(account)).body.secrets ?? []).length > 0,
        "the default account",
      );
    });
    afterAll(async () => {
      await raw?.send("DELETE", `/api/v1/namespaces/${raw.namespace}`);
      await raw?.close();
    });
    describe("objects", () => {
      objectTests(server);
    });
    describe("patches", () => {
      patchTests(server);
    });
    describe("server-side apply", () => {
      applyTests(server);
    });
    describe("lists and watches", () => {
      listAndWatchTests(server);
    });
    describe("lifecycle", () => {
      lifecycleTests(server);
    });
    describe("custom resources", () => {
      customResourceTests(server);
    });
  });
}
