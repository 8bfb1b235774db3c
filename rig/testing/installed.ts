import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Right } from "../../src/faces/install/rights.ts";
import type { RigApi } from "../api.ts";
import type { ApiProxy } from "./api-proxy.ts";

type Call = RigApi["call"];

/**
 * A kubeconfig of an account of the installation, through a proxy that notes what it is used for.
 * @returns its path in the folder
 */
export async function kubeconfigOf(
  call: Call,
  at: { readonly namespace: string; readonly account: string; readonly folder: string },
  proxy: ApiProxy,
): Promise<string> {
  const { namespace, account, folder } = at;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const answer = await call("POST", path, { spec: { expirationSeconds: 3600 } });
  const { token } = answer.body["status"] as { token: string };
  const file = join(folder, `${account}-${new URL(proxy.url).port}.kubeconfig`);
  const certificate = Buffer.from(proxy.caPem).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": account,
    contexts: [{ name: account, context: { cluster: "rig", user: account } }],
    clusters: [{ name: "rig", cluster: { server: proxy.url, "certificate-authority-data": certificate } }],
    users: [{ name: account, user: { token } }],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

/** The arguments that the installation gives its controller, with free ports in the place of the pod's. */
export async function controllerArguments(call: Call, namespace: string): Promise<readonly string[]> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/moorline-controller`;
  const { body } = await call("GET", path);
  const { template } = body["spec"] as {
    template: { spec: { containers: readonly { args: readonly string[] }[] } };
  };
  return (template.spec.containers[0]?.args ?? []).map((argument) =>
    argument
      .replace("$(POD_NAMESPACE)", namespace)
      .replace(/-address=0\.0\.0\.0:\d+$/, "-address=127.0.0.1:0"),
  );
}

export interface Running extends AsyncDisposable {
  readonly said: () => string;
}

/** Starts `moorline controller` as a process. */
export function startController(words: readonly string[], home: string): Running {
  const main = join(import.meta.dirname, "../../src/main.ts");
  const child = spawn(process.execPath, [main, ...words], {
    env: { PATH: process.env["PATH"], HOME: home, LANG: "C" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  return {
    said: () => said,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Which rights nobody made use of: `patch ingresses.networking.k8s.io`. */
export function unused(rights: readonly Right[], proxies: readonly ApiProxy[]): readonly string[] {
  const used = proxies.flatMap((proxy) => [...proxy.calls.keys()]);
  const isUsed = (verb: string, name: string): boolean =>
    name === "*.moorline.io"
      ? used.some((call) => call.startsWith(`${verb} `) && call.endsWith(".moorline.io"))
      : used.includes(`${verb} ${name}`);
  return rights
    .flatMap(({ group, resources, verbs }) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => ({ verb, name: `${resource}${group === "" ? "" : `.${group}`}` })),
      ),
    )
    .filter(({ verb, name }) => !isUsed(verb, name))
    .map(({ verb, name }) => `${verb} ${name}`);
}
