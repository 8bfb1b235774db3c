import { policyRules } from "../../clients/harbor/preheat.ts";
import type { Step } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import type { CacheAction } from "./actions.ts";
import { networkOf, projectOf } from "./names.ts";
import type { ObservedCache } from "./observed.ts";
import { sameJson } from "./same-json.ts";
import type { ProxyCacheSpec } from "./schema.ts";

type CacheDocument = Document<ProxyCacheSpec>;
type CacheStep = Step<CacheAction>;

/** The P2P network and what it gets. @param making the steps that make the project */
export function planPreheat(
  document: CacheDocument,
  observed: ObservedCache,
  making: readonly CacheStep[],
): readonly CacheStep[] {
  const { preheat } = document.spec;
  const ours = observed.policies.filter((p) => p.ours);
  const leftover = ours.filter((p) => !preheat?.policies.some((w) => w.name === p.name));
  const deletions = leftover.map(({ name }) => deletePolicyStep(document, name));
  if (preheat === undefined || (observed.project === undefined && making.length === 0)) return deletions;
  const { network } = observed;
  const { vendor, endpoint, insecureSkipTlsVerify, credential } = preheat.network;
  const name = networkOf(document);
  const common = { id: `preheat-network/${name}`, target: `Harbor preheat instance ${name}`, after: [] };
  const create: CacheStep = {
    ...common,
    change: "create",
    title: message("proxyCache.createNetwork", { name, vendor, endpoint }),
    reason: message("proxyCache.networkMissing"),
    action: { type: "create-network" },
  };
  const differs =
    network !== undefined &&
    (network.vendor !== vendor ||
      network.endpoint !== endpoint ||
      network.insecure !== insecureSkipTlsVerify ||
      network.username !== (credential?.username ?? ""));
  const update = (id: number): CacheStep => ({
    ...common,
    change: "update",
    title: message("proxyCache.updateNetwork", { name, endpoint }),
    reason: message("proxyCache.networkDiffers"),
    action: { type: "update-network", id },
  });
  const steps = network === undefined ? [create] : differs ? [update(network.id)] : [];
  const after = [...making, ...steps].map((s) => s.id);
  const policies = preheat.policies.flatMap((wanted): readonly CacheStep[] => {
    const found = observed.policies.find((p) => p.name === wanted.name);
    const rules = policyRules({ ...wanted, cron: wanted.schedule });
    const same =
      found?.enabled === true &&
      found.networkId === network?.id &&
      sameJson(found.filters, rules.filters) &&
      sameJson(found.trigger, rules.trigger);
    if (same) return [];
    return [
      {
        id: `preheat-policy/${wanted.name}`,
        change: found === undefined ? "create" : "update",
        title: message("proxyCache.setPolicy", { policy: wanted.name, repositories: wanted.repositories }),
        target: `preheat policy ${projectOf(document)}/${wanted.name}`,
        reason: message("proxyCache.policyDiffers"),
        after,
        action: { type: "set-policy", name: wanted.name, ...(found !== undefined && { id: found.id }) },
      },
    ];
  });
  return [...steps, ...policies, ...deletions];
}

/** Ends one policy. */
export function deletePolicyStep(document: CacheDocument, name: string): CacheStep {
  return {
    id: `preheat-policy/${name}`,
    change: "delete",
    title: message("proxyCache.deletePolicy", { policy: name }),
    target: `preheat policy ${projectOf(document)}/${name}`,
    reason: message("proxyCache.policyNotWanted"),
    after: [],
    action: { type: "delete-policy", name },
  };
}
