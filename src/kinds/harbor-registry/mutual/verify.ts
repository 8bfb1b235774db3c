import type { Proof } from "../../../engine/kind.ts";
import type { Document } from "../../../model/document.ts";
import { message } from "../../../text/message.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { proofAgent, expectations, tryAll, type Tried } from "./ask.ts";
import { observeCompose, openScene } from "./compose-observe.ts";
import { readClients } from "./compose-files.ts";
import { problemOf, tlsOf } from "./serving.ts";
import { observeIngress } from "./ingress-observe.ts";
import type { ObservedMutual } from "./observed.ts";
import type { Coverable, MutualMode } from "./schema.ts";

type RegistryDocument = Document<HarborRegistrySpec>;

/** Reads what mutual TLS is like now; undefined where the document does not manage it. */
export async function observeMutual(
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedMutual | undefined> {
  const { deployment, tls } = document.spec;
  if (tls.mutual === undefined) return undefined;
  if (deployment?.compose !== undefined) return observeCompose(document, deployment.compose, world, signal);
  if (deployment?.helm !== undefined) return observeIngress(document, deployment.helm, world, signal);
  return undefined;
}

/**
 * Proves mutual TLS from outside: with Moorline's certificate everything is served; without one, exactly what is covered
 * is refused. Where `enforce` is asked for and not reached, that is told as what does not hold.
 */
export async function verifyMutual(
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const observed = await observeMutual(document, world, signal);
  const { mutual, mutualTls } = document.spec.tls;
  if (observed === undefined || mutual === undefined) return [];
  const url = new URL(document.spec.url).origin;
  const covered: readonly Coverable[] = observed.current === "enforce" ? mutualTls.covers : [];
  // Where nothing is asked of clients, a certificate that is gone must not look like a way back that failed.
  const { clientCertificate: _, ...bare } = document.spec.tls;
  const asking = mutual === "off" ? { ...document, spec: { ...document.spec, tls: bare } } : document;
  const tls = await tlsOf(asking, world, signal);
  // Towards Harbor itself the document's own proofs say more.
  const all = expectations(covered, tls.clientCertificate !== undefined).filter(
    (e) => e.path === "registry" || mutual === "enforce",
  );
  const tried = await tryAll(url, tls, all, signal);
  const exemption = tried.some((t) => !t.ok && t.expected === "refused")
    ? await ownExemption(document, world, signal)
    : undefined;
  const groups = [...Map.groupBy(tried, (t) => `${t.path} ${t.certificate}`).values()];
  return [modeProof(url, mutual, observed), ...groups.map((of) => wayProof(url, of, exemption))];
}

/** The name under which this machine is let in without a certificate, as nginx itself logged it. */
async function ownExemption(
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deployment = document.spec.deployment?.compose;
  if (deployment === undefined || document.spec.tls.mutualTls.exempt.length === 0) return undefined;
  const { host, places } = await openScene(document, deployment, world);
  const latest = (await readClients(host, places, signal))
    .filter((c) => c.program === proofAgent && c.verified === "none")
    .sort((a, b) => b.last - a.last)[0];
  return latest?.exempt === "" ? undefined : latest?.exempt;
}

function modeProof(url: string, wanted: MutualMode, { current, at }: ObservedMutual): Proof {
  const now = current === "absent" ? "off" : current;
  const title = message("mutualTls.proofMode", { at });
  const ok = now === wanted;
  const detail = ok
    ? message("mutualTls.provedMode", { mode: now })
    : message("mutualTls.failedMode", { mode: now, wanted });
  return { title, subject: url, ok, detail };
}

function wayProof(url: string, tried: readonly Tried[], exemption: string | undefined): Proof {
  const [first] = tried;
  const path = first?.path ?? "registry";
  const title = message(first?.certificate === true ? "mutualTls.proofWith" : "mutualTls.proofWithout", {
    path,
  });
  const wrong = tried.filter((t) => !t.ok);
  const isExempt =
    exemption !== undefined && wrong.every((t) => t.expected === "refused" && t.seen.outcome === "served");
  if (wrong.length > 0 && !isExempt)
    return {
      title,
      subject: url,
      ok: false,
      detail: message("mutualTls.failedWay", { problems: wrong.map(problemOf).join("; ") }),
    };
  if (wrong.length > 0)
    return {
      title,
      subject: url,
      ok: true,
      detail: message("mutualTls.exemptHere", { name: exemption ?? "-" }),
    };
  const refused = first?.expected === "refused";
  return {
    title,
    subject: url,
    ok: true,
    detail: message(refused ? "mutualTls.provedRefused" : "mutualTls.provedServed"),
  };
}
