import { join } from "node:path";
import { runCommand, tryCommand } from "./command.ts";
import { writeAtomically } from "./files.ts";
import { names, type RigLayout } from "./layout.ts";

/**
 * The address by which docker reaches what listens on 127.0.0.1. docker takes every registry in 127.0.0.0/8 for an
 * insecure one: it checks no certificate and goes on to plain HTTP, so that a pull from there proves nothing.
 */
const alias = "10.213.16.1";
const rule = ["OUTPUT", "--destination", alias, "--jump", "DNAT", "--to-destination", "127.0.0.1"];

/** The hosts file that only dockerd sees. */
export function dockerHostsPath(layout: RigLayout): string {
  return join(layout.home, "docker", "hosts");
}

/** Lets the alias, on the loopback interface alone, stand for 127.0.0.1, and writes docker's hosts file. */
export async function ensureDockerLoopback(layout: RigLayout): Promise<void> {
  await writeAtomically(
    dockerHostsPath(layout),
    `127.0.0.1 localhost\n${alias} ${names.registry} ${names.other}\n`,
  );
  const present = await runCommand(["ip", "-4", "address", "show", "dev", "lo"]);
  if (!present.includes(`${alias}/`)) await runCommand(["ip", "address", "add", `${alias}/32`, "dev", "lo"]);
  const ruled = await tryCommand(["iptables", "--table", "nat", "--check", ...rule]);
  if (ruled.status !== 0) await runCommand(["iptables", "--table", "nat", "--append", ...rule]);
}

/** Takes both back. */
export async function removeDockerLoopback(): Promise<void> {
  await tryCommand(["iptables", "--table", "nat", "--delete", ...rule]);
  await tryCommand(["ip", "address", "delete", `${alias}/32`, "dev", "lo"]);
}
