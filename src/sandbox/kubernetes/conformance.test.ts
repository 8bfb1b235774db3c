import { afterAll } from "vitest";
import { describeKubernetes } from "../../clients/kubernetes/testing/conformance.ts";
import type { SandboxKubernetes } from "./start.ts";
import { adminToken, startForTest } from "./testing/start.ts";

let running: SandboxKubernetes | undefined;

afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
});

describeKubernetes("the sandbox's Kubernetes", async () => {
  const { kubernetes, authorityPem } = await startForTest();
  running = kubernetes;
  return { url: kubernetes.url, authorityPem, token: adminToken };
});
