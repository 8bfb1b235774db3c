import { mkdir } from "node:fs/promises";
import { kubernetesBinaries } from "./kubernetes/cache.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { names, type RigLayout } from "./layout.ts";
import { setLoopbackNames } from "./names.ts";
import { installPackages, runtimePackages } from "./packages.ts";
import { ensurePki } from "./pki.ts";
import { ensureRunning } from "./processes.ts";
import { apiServer, controllerManager, scheduler } from "./services/control-plane.ts";
import { etcd } from "./services/etcd.ts";
import type { Service } from "./services/service.ts";

/** Brings the rig up, from whatever state it is in; a second run starts nothing. Needs root, on Debian 12. */
export async function bringUp(layout: RigLayout, log: (line: string) => void): Promise<void> {
  const installed = await installPackages(runtimePackages);
  if (installed.length > 0) log(`installed ${installed.join(", ")}`);
  const binaries = await kubernetesBinaries(layout.cache, log);
  await mkdir(layout.home, { recursive: true, mode: 0o755 });
  await setLoopbackNames([names.registry, names.other, names.node]);
  const pki = await ensurePki(layout);
  const run = async (service: Service): Promise<void> =>
    log(`${service.name}: ${await ensureRunning(layout, service)}`);

  const kubeconfig = async (name: string, client: typeof pki.node): Promise<string> =>
    writeKubeconfig(layout, name, client, pki.clusterAuthority);
  await kubeconfig("administrator", pki.administrator);
  await run(etcd(layout));
  await run(apiServer(layout, binaries, pki));
  await run(controllerManager(binaries, pki, await kubeconfig("controller-manager", pki.controllerManager)));
  await run(scheduler(binaries, await kubeconfig("scheduler", pki.scheduler)));
}
