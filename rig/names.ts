import { writeFile } from "node:fs/promises";
import { readIfPresent } from "./files.ts";

const hostsPath = "/etc/hosts";
const marker = "# moorline-rig";

/**
 * Makes the names resolve to 127.0.0.1, for every program on the machine: /etc/hosts is the one place that Go's own
 * resolver (containerd, docker, skopeo, the kubelet), glibc and Node all read. With no names, takes the entry away.
 */
export async function setLoopbackNames(names: readonly string[]): Promise<void> {
  const before = (await readIfPresent(hostsPath)) ?? "";
  const others = before.split("\n").filter((line) => line !== "" && !line.endsWith(marker));
  const ours = names.length === 0 ? [] : [`127.0.0.1 ${names.join(" ")} ${marker}`];
  const after = [...others, ...ours].join("\n") + "\n";
  // Not by rename: in containers /etc/hosts is a bind mount, which can be written but not replaced.
  if (after !== before) await writeFile(hostsPath, after);
}
