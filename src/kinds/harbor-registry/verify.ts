import type { Proof } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import type { World } from "../world.ts";
import { connectHarbor, type ConnectedHarbor } from "./connect.ts";
import { proveRollout } from "./kubesphere.ts";
import { caMountOf, digestOf } from "./kubesphere-trust.ts";
import { shakeHands } from "./observe.ts";
import type { HarborRegistrySpec } from "./schema.ts";

/** Proves a registry from outside: the handshake, the login, Harbor's health, and ks-apiserver where it was given the CA. */
export async function verify(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const connected = await connectHarbor(document, world, signal);
  const trusts = connected.caPem !== undefined && document.spec.kubesphere.trustCa === "auto";
  const mount = caMountOf(document.metadata.name, document.spec);
  const rollout =
    trusts && connected.caPem !== undefined
      ? await proveRollout(mount, digestOf(connected.caPem), world, signal)
      : undefined;
  return [
    await proveHandshake(connected, signal),
    await proveLogin(connected, signal),
    await proveHealth(connected, signal),
    ...(rollout === undefined ? [] : [rollout]),
  ];
}

async function proveHandshake(connected: ConnectedHarbor, signal: AbortSignal): Promise<Proof> {
  const seen = await shakeHands(connected, signal);
  const base = { title: message("harborRegistry.proofHandshake"), subject: connected.url };
  const protocol = seen.protocol ?? "TLS";
  if (connected.tls.insecureSkipVerify && seen.handshake)
    return { ...base, ok: true, detail: message("harborRegistry.unverifiedHandshake", { protocol }) };
  if (!seen.authorized) {
    const reason = seen.authorizationError ?? seen.failure ?? "no handshake";
    return { ...base, ok: false, detail: message("harborRegistry.failedHandshake", { reason }) };
  }
  const names = seen.servedNames ?? "-";
  const notAfter = seen.notAfter?.toISOString() ?? "-";
  return {
    ...base,
    ok: true,
    detail: message("harborRegistry.provedHandshake", { protocol, names, notAfter }),
  };
}

async function proveLogin({ harbor, url, credential }: ConnectedHarbor, signal: AbortSignal): Promise<Proof> {
  await harbor.system.currentUser(signal);
  const { text: version } = await harbor.system.version(signal);
  return {
    title: message("harborRegistry.proofLogin", { username: credential.username }),
    subject: url,
    ok: true,
    detail: message("harborRegistry.provedLogin", { version }),
  };
}

/** Without these nobody pulls; an ill portal or jobservice is a finding, not a reason to hold others up. */
const essential = new Set(["core", "database", "redis", "registry"]);

/** Harbor answers 200 whatever its health; the body tells (facts/harbor.md §1.3). */
async function proveHealth({ harbor, url }: ConnectedHarbor, signal: AbortSignal): Promise<Proof> {
  const { components } = await harbor.system.health(signal);
  const ill = components.filter((c) => essential.has(c.name) && c.status !== "healthy").map((c) => c.name);
  const ok = ill.length === 0;
  const title = message("harborRegistry.proofHealth");
  const detail = ok
    ? message("harborRegistry.provedHealth", {
        count: components.filter((c) => c.status === "healthy").length,
      })
    : message("harborRegistry.failedHealth", { components: ill.join(", ") });
  return { title, subject: url, ok, detail };
}
