import { rigLayout } from "../layout.ts";
import { runningProcess } from "../processes.ts";

/** Refuses to begin, in one clear message, where the rig does not run. */
export async function setup(): Promise<void> {
  const missing: string[] = [];
  for (const name of ["kube-apiserver", "kubelet", "containerd", "dockerd", "nginx"]) {
    if ((await runningProcess(rigLayout(), name)) === undefined) missing.push(name);
  }
  if (missing.length > 0)
    throw new Error(`The rig does not run (${missing.join(", ")}): bring it up with "npm run rig".`);
}
