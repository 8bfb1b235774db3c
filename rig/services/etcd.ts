import { join } from "node:path";
import { ports, type RigLayout } from "../layout.ts";
import type { Service } from "./service.ts";

/** etcd without fsync: the rig's data need not survive a power cut, and writes are then as fast as the API server. */
export function etcd(layout: RigLayout): Service {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    name: "etcd",
    command: [
      "etcd",
      `--data-dir=${join(layout.home, "etcd")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      "--unsafe-no-fsync",
      "--quota-backend-bytes=4294967296",
      "--auto-compaction-retention=1h",
      "--logger=zap",
      "--log-level=warn",
    ],
    ready: async () => {
      const response = await fetch(`${client}/health`, { signal: AbortSignal.timeout(2000) });
      return (await response.text()).includes('"true"');
    },
  };
}
