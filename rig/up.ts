import { mkdir } from "node:fs/promises";
import { busyboxImage } from "./images/busybox.ts";
import { pushToRegistry } from "./images/push.ts";
import { kubernetesBinaries } from "./kubernetes/cache.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { names, type RigLayout } from "./layout.ts";
import { probeMachine, type MachineAbilities } from "./machine.ts";
import { setLoopbackNames } from "./names.ts";
import { installPackages, runtimePackages } from "./packages.ts";
import { ensurePki, type RigPki } from "./pki.ts";
import { ensureRunning, stopProcess } from "./processes.ts";
import { containerd, containerdService, importPauseImage } from "./services/containerd.ts";
import { apiServer, controllerManager, scheduler } from "./services/control-plane.ts";
import { docker } from "./services/docker.ts";
import { etcd } from "./services/etcd.ts";
import { kubelet, kubeletService } from "./services/kubelet.ts";
import { nginx } from "./services/nginx.ts";
import { challengeServer, pebble } from "./services/pebble.ts";
import { registry } from "./services/registry.ts";
import type { Service } from "./services/service.ts";

/** What every part of the rig needs to come up. */
interface Ground {
  readonly layout: RigLayout;
  readonly binaries: string;
  readonly machine: MachineAbilities;
  readonly pki: RigPki;
  readonly run: (service: Service) => Promise<void>;
}

/** Restarts the rig's containerd, with the configuration file as it now is; the containers go on running. */
export async function restartContainerd(layout: RigLayout): Promise<void> {
  await stopProcess(layout, "containerd");
  await ensureRunning(layout, containerdService(layout));
}

/** Restarts the rig's kubelet, with the configuration file as it now is; the pods go on running. */
export async function restartKubelet(layout: RigLayout): Promise<void> {
  const binaries = await kubernetesBinaries(layout.cache, () => undefined);
  const pki = await ensurePki(layout);
  const kubeconfig = await writeKubeconfig(layout, "kubelet", pki.node, pki.clusterAuthority);
  await stopProcess(layout, "kubelet");
  await ensureRunning(layout, kubeletService(layout, binaries, pki, kubeconfig));
}

/** Brings the rig up, from whatever state it is in; a second run starts nothing. Needs root, on Debian 12. */
export async function bringUp(layout: RigLayout, log: (line: string) => void): Promise<void> {
  const installed = await installPackages(runtimePackages);
  if (installed.length > 0) log(`installed ${installed.join(", ")}`);
  const binaries = await kubernetesBinaries(layout.cache, log);
  await mkdir(layout.home, { recursive: true });
  await mkdir(layout.runtime, { recursive: true });
  await setLoopbackNames([names.registry, names.other, names.node]);
  const ground: Ground = {
    layout,
    binaries,
    machine: await probeMachine(layout.home),
    pki: await ensurePki(layout),
    run: async (service) => log(`${service.name}: ${await ensureRunning(layout, service)}`),
  };
  const containerdIsUp = bringUpContainerd(ground);
  await Promise.all([
    containerdIsUp,
    bringUpCluster(ground, containerdIsUp),
    bringUpDocker(ground),
    bringUpRegistry(ground),
    bringUpAcme(ground),
  ]);
}

async function bringUpContainerd({ layout, machine, run }: Ground): Promise<void> {
  await run(await containerd(layout, machine));
  await importPauseImage(layout);
}

async function bringUpCluster(ground: Ground, containerdIsUp: Promise<void>): Promise<void> {
  const { layout, binaries, pki, run } = ground;
  const kubeconfig = async (name: string, client: RigPki["node"]): Promise<string> =>
    writeKubeconfig(layout, name, client, pki.clusterAuthority);
  await kubeconfig("administrator", pki.administrator);
  await run(etcd(layout));
  await run(apiServer(layout, binaries, pki));
  const forManager = await kubeconfig("controller-manager", pki.controllerManager);
  const forScheduler = await kubeconfig("scheduler", pki.scheduler);
  const forNode = await kubeconfig("kubelet", pki.node);
  await Promise.all([
    run(controllerManager(binaries, pki, forManager)),
    run(scheduler(binaries, forScheduler)),
    containerdIsUp.then(async () => run(await kubelet(layout, binaries, pki, forNode))),
  ]);
}

async function bringUpDocker({ layout, machine, run }: Ground): Promise<void> {
  await run(await docker(layout, machine));
}

async function bringUpRegistry({ layout, pki, run }: Ground): Promise<void> {
  await run(await registry(layout));
  await run(await nginx(layout, pki));
  await pushToRegistry(layout, await busyboxImage(), "rig/busybox:1");
}

async function bringUpAcme({ layout, pki, run }: Ground): Promise<void> {
  await run(challengeServer());
  await run(await pebble(layout, pki));
}
