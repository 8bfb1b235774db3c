import type { Proof } from "../../engine/kind.ts";
import { message } from "../../text/message.ts";
import type { World } from "../world.ts";
import { readPullCredential } from "./credential.ts";
import { gather, type NodeDocument } from "./gather.ts";
import { isUsable } from "./runtime.ts";
import { proveHandshake, provePull } from "./proof.ts";

/** Proves each runtime's trust with the very files that it reads. */
export async function verify(
  document: NodeDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const gathered = await gather(document, world, signal);
  const { image } = document.spec.proof;
  const credential = await readPullCredential(document, world);
  const proofs: Proof[] = [];
  for (const runtime of gathered.runtimes) {
    if (!isUsable(runtime)) {
      const { criDisabledBy } = runtime;
      const settings = [...runtime.conflicts, ...(criDisabledBy === undefined ? [] : ["disabled_plugins"])];
      const detail = message("nodeTrust.conflict", { settings: settings.join(", ") });
      const title = message("nodeTrust.proofHandshake", { runtime: runtime.name });
      proofs.push({ title, subject: world.host.name, ok: false, detail });
      continue;
    }
    proofs.push(await proveHandshake(runtime, gathered, world, signal));
    if (image !== undefined)
      proofs.push(await provePull(runtime, { ...gathered, image }, credential, world, signal));
  }
  return proofs;
}
