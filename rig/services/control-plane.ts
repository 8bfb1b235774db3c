import { connect } from "node:net";
import { join } from "node:path";
import { connectApi } from "../api.ts";
import { ports, type RigLayout } from "../layout.ts";
import type { RigPki } from "../pki.ts";
import type { Service } from "./service.ts";

/** The API server, with RBAC, generous limits for benchmarks, and no address of the machine published. */
export function apiServer(layout: RigLayout, binaries: string, pki: RigPki): Service {
  return {
    name: "kube-apiserver",
    command: [
      join(binaries, "kube-apiserver"),
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.apiServer}`,
      "--advertise-address=127.0.0.1",
      // A loopback address is refused in Endpoints, and nothing in the rig goes by the Service "kubernetes".
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged=true",
      `--client-ca-file=${pki.clusterAuthority.certificate}`,
      `--tls-cert-file=${pki.apiServer.certificate}`,
      `--tls-private-key-file=${pki.apiServer.key}`,
      `--kubelet-certificate-authority=${pki.clusterAuthority.certificate}`,
      `--kubelet-client-certificate=${pki.apiServerToKubelet.certificate}`,
      `--kubelet-client-key=${pki.apiServerToKubelet.key}`,
      // The node's name is a loopback name; its other addresses are not listened on.
      "--kubelet-preferred-address-types=Hostname",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${pki.serviceAccountKey}`,
      `--service-account-signing-key-file=${pki.serviceAccountKey}`,
      "--max-requests-inflight=4000",
      "--max-mutating-requests-inflight=2000",
      "--enable-priority-and-fairness=false",
      "--profiling=false",
    ],
    configuration: [
      pki.clusterAuthority.certificate,
      pki.apiServer.certificate,
      pki.apiServerToKubelet.certificate,
      pki.serviceAccountKey,
    ],
    patience: 120_000,
    ready: async () => {
      await using api = connectApi(layout);
      return (await api.text("/readyz")) === "ok";
    },
  };
}

/** Service accounts and their token Secrets, namespaces' deletion, garbage collection, deployments, daemon sets. */
export function controllerManager(binaries: string, pki: RigPki, kubeconfig: string): Service {
  return {
    name: "kube-controller-manager",
    command: [
      join(binaries, "kube-controller-manager"),
      "--bind-address=127.0.0.1",
      "--port=0",
      `--secure-port=${ports.controllerManager}`,
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--use-service-account-credentials=true",
      `--service-account-private-key-file=${pki.serviceAccountKey}`,
      `--root-ca-file=${pki.clusterAuthority.certificate}`,
      `--cluster-signing-cert-file=${pki.clusterAuthority.certificate}`,
      `--cluster-signing-key-file=${pki.clusterAuthority.key}`,
      "--leader-elect=false",
      // The default of 20 would let a thousand new namespaces wait a minute for their service accounts.
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
      "--concurrent-namespace-syncs=50",
      "--concurrent-serviceaccount-token-syncs=20",
    ],
    configuration: [kubeconfig, pki.serviceAccountKey, pki.clusterAuthority.certificate],
    ready: async () => accepts(ports.controllerManager),
  };
}

/** Pods to the one node. */
export function scheduler(binaries: string, kubeconfig: string): Service {
  return {
    name: "kube-scheduler",
    command: [
      join(binaries, "kube-scheduler"),
      "--bind-address=127.0.0.1",
      "--port=0",
      `--secure-port=${ports.scheduler}`,
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--leader-elect=false",
    ],
    configuration: [kubeconfig],
    ready: async () => accepts(ports.scheduler),
  };
}

/** Whether something on loopback accepts connections on the port. */
export async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 2000 });
    const finish = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", finish(true)).once("error", finish(false)).once("timeout", finish(false));
  });
}
