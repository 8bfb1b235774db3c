import { join } from "node:path";
import { stringify } from "yaml";
import { connectApi } from "../api.ts";
import { writeAtomically } from "../files.ts";
import { names, ports, type RigLayout } from "../layout.ts";
import type { RigPki } from "../pki.ts";
import { containerdPaths, pauseImage } from "./containerd.ts";
import type { Service } from "./service.ts";

/** The kubelet's `--config`. */
export const kubeletConfiguration = (layout: RigLayout): string =>
  join(layout.home, "kubelet", "config.yaml");

/** Writes the kubelet's configuration and returns the service; it is ready when its node is. */
export async function kubelet(
  layout: RigLayout,
  binaries: string,
  pki: RigPki,
  kubeconfig: string,
): Promise<Service> {
  const configuration = kubeletConfiguration(layout);
  await writeAtomically(configuration, stringify(configurationOf(layout, pki)));
  return kubeletService(layout, binaries, pki, kubeconfig);
}

/** The service, with the configuration file as it is. */
export function kubeletService(
  layout: RigLayout,
  binaries: string,
  pki: RigPki,
  kubeconfig: string,
): Service {
  const configuration = kubeletConfiguration(layout);
  const socket = `unix://${containerdPaths(layout).socket}`;
  return {
    name: "kubelet",
    command: [
      join(binaries, "kubelet"),
      `--config=${configuration}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${names.node}`,
      `--root-dir=${join(layout.home, "kubelet")}`,
      `--cert-dir=${join(layout.home, "kubelet", "pki")}`,
      "--container-runtime=remote",
      `--container-runtime-endpoint=${socket}`,
      `--image-service-endpoint=${socket}`,
      // Not to choose the image, which containerd does, but to save it from the kubelet's own image collection.
      `--pod-infra-container-image=${pauseImage}`,
    ],
    configuration: [configuration, kubeconfig, pki.kubelet.certificate],
    patience: 120_000,
    ready: () => nodeIsReady(layout),
  };
}

function configurationOf(layout: RigLayout, pki: RigPki): unknown {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: "127.0.0.1",
    port: ports.kubelet,
    healthzBindAddress: "127.0.0.1",
    healthzPort: ports.kubeletHealth,
    tlsCertFile: pki.kubelet.certificate,
    tlsPrivateKeyFile: pki.kubelet.key,
    authentication: {
      anonymous: { enabled: false },
      x509: { clientCAFile: pki.clusterAuthority.certificate },
    },
    volumePluginDir: join(layout.home, "kubelet", "volume-plugins"),
    failSwapOn: false,
    cgroupDriver: "cgroupfs",
    // Works wherever containers do, also where the cgroup tree is given to us only in part.
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    // A full disk of the machine must not evict the rig's pods nor collect its images.
    evictionHard: { "imagefs.available": "0%", "nodefs.available": "0%", "nodefs.inodesFree": "0%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    // One pull that waits for a timeout must not hold up the others. The pull rate stays the default: 5 a second, 10 at once.
    serializeImagePulls: false,
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
    eventRecordQPS: 0,
  };
}

async function nodeIsReady(layout: RigLayout): Promise<boolean> {
  await using api = connectApi(layout);
  const { body } = await api.call("GET", `/api/v1/nodes/${names.node}`);
  const status = body["status"] as { conditions?: { type: string; status: string }[] } | undefined;
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}
