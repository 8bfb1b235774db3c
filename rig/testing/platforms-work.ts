import { vi } from "vitest";
import { kubesphereResources } from "../../src/clients/kubesphere/resources.ts";
import type { DocumentStatus } from "../../src/faces/controller/status.ts";
import { names } from "../layout.ts";
import { administratorAccount } from "./harbor.ts";
import { controllerArguments, kubeconfigOf, startController } from "./installed.ts";
import { platform, type Platforms } from "./platforms.ts";

const { signal } = new AbortController();
const apiVersion = "moorline.io/v1alpha1";
const custom = `/apis/${apiVersion}`;
const patience = { timeout: 150_000, interval: 250 };

/**
 * Has the installed controller carry out, and take away again, documents that use what the platforms bring.
 * @param registry the spec of a HarborRegistry whose account lies in the Secret `harbor` of `home`
 */
export async function workOnPlatforms(
  platforms: Platforms,
  { home, folder, registry }: { readonly home: string; readonly folder: string; readonly registry: object },
): Promise<void> {
  const { client, call, proxy, certManager, upgrade } = platforms;
  const at = { namespace: home, account: "moorline-controller", folder };
  const kubeconfig = await kubeconfigOf(call, at, proxy);
  const given = await controllerArguments(call, home);
  await using controller = startController([...given, `--kubeconfig=${kubeconfig}`], folder);
  const { name: username, secret: password } = administratorAccount;
  await call("POST", `/api/v1/namespaces/${home}/secrets`, {
    metadata: { name: "harbor" },
    stringData: { username, password },
  });
  const write = async (kind: string, plural: string, name: string, spec: object): Promise<void> => {
    const { status, body } = await call("POST", `${custom}/${plural}`, {
      apiVersion,
      kind,
      metadata: { name },
      spec,
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
  };
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    await vi.waitUntil(holds, patience).catch(() => {
      throw new Error(`${what}: ${controller.said().slice(-3000)}`);
    });
  };
  const statusOf = async (path: string): Promise<DocumentStatus> =>
    (await call("GET", `${custom}/${path}`)).body["status"] ?? {};
  const becomesReady = (path: string): Promise<void> =>
    until(path, async () =>
      ((await statusOf(path)).conditions ?? []).some((c) => c.type === "Ready" && c.status === "True"),
    ).catch(async (thrown: unknown) => {
      throw new Error(`${path}: ${JSON.stringify(await statusOf(path))}`, { cause: thrown });
    });

  const pair = { namespace: platform, caSecretName: "authority" };
  const byCertManager = (issuer: object) => ({ certManager: { namespace: pair.namespace, ...issuer } });
  const issuer = byCertManager({ selfManaged: { caSecretName: pair.caSecretName } });
  const hosts = [names.registry];
  certManager.behave("refuse");
  await write("HarborCertificate", "harborcertificates", "refused", { issuer, hosts });
  // A refusal is told with the words of its request and its order.
  await until("no refusal", async () =>
    JSON.stringify(await statusOf("harborcertificates/refused")).includes("rateLimited"),
  );
  certManager.behave("issue");
  await write("HarborCertificate", "harborcertificates", "issued", {
    issuer,
    hosts,
    deliver: { secrets: [{ namespace: platform, name: "proxy-tls" }] },
  });
  await becomesReady("harborcertificates/issued");
  await write("HarborCertificate", "harborcertificates", "of-cluster", {
    issuer: byCertManager({ issuerRef: { kind: "ClusterIssuer", name: "issued" } }),
    hosts,
  });
  await becomesReady("harborcertificates/of-cluster");
  const { tls, ...plain } = registry as { readonly tls: { readonly ca: object } };
  await write("HarborRegistry", "harborregistries", "proxied", {
    ...plain,
    tls: { ...tls, clientCertificate: { secretRef: { namespace: platform, name: "client" } } },
    clusterProxy: {
      namespace: platform,
      certificate: { certificate: "issued", secret: "proxy-tls" },
      allowedSources: [{ namespaces: {} }],
    },
  });
  await becomesReady("harborregistries/proxied");
  await write("HarborRegistry", "harborregistries", "mutual", {
    ...plain,
    tls: { ...tls, mutual: "observe", mutualTls: { clientAuthority: [tls.ca] } },
    kubesphere: { trustCa: "never" },
    deployment: { helm: { namespace: platform, release: "harbor" } },
  });
  const ingress = `/apis/networking.k8s.io/v1/namespaces/${platform}/ingresses/harbor-ingress`;
  await until("no annotation", async () =>
    JSON.stringify((await call("GET", ingress)).body["metadata"]).includes("auth-tls-secret"),
  );
  await write("ProjectBinding", "projectbindings", "of-member", {
    registry: "proxied",
    cluster: { kubesphere: "member" },
    projects: { names: ["none"] },
    harborProject: { name: "rights-member" },
  });
  await until("no status", async () =>
    ((await statusOf("projectbindings/of-member")).conditions ?? []).some((c) => c.type === "Ready"),
  );
  await upgrade();
  await vi.waitUntil(() => client.serves(kubesphereResources.installPlans, signal), patience);
  const again = { metadata: { annotations: { again: "yes" } } };
  await call("PATCH", `${custom}/harborregistries/proxied`, again, "application/merge-patch+json");
  await until("not asked", () => Promise.resolve(proxy.calls.has("get installplans.kubesphere.io")));
  const documents = [
    "projectbindings/of-member",
    "harborregistries/proxied",
    "harborregistries/mutual",
    "harborcertificates/issued",
    "harborcertificates/of-cluster",
    "harborcertificates/refused",
  ];
  for (const path of documents) await call("DELETE", `${custom}/${path}`);
  for (const path of documents)
    await until(`${path} stays`, async () => (await call("GET", `${custom}/${path}`)).status === 404);
}
