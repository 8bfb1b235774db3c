import type { Credential } from "../../clients/harbor/credential.ts";
import type { Document } from "../../model/document.ts";
import type { ServiceAccountObject } from "./cluster.ts";
import type { GatheredNamespaces } from "./gather-namespaces.ts";
import type { ObservedNamespace, ObservedRobot, ObservedSecret } from "./observed.ts";
import { linkLabel } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import type { ReadSecret } from "./seen-secret.ts";

export interface JoinedNamespace {
  readonly namespace: ObservedNamespace;
  /** Of the Secret that the document asks for, where it was read. */
  readonly credential?: Credential;
}

/** Puts together what belongs to each namespace: the chosen ones, and those where something of ours is left. */
export function join(
  { metadata, spec }: Document<ProjectBindingSpec>,
  { found, isThere }: GatheredNamespaces,
  parts: {
    readonly secrets: readonly ReadSecret[];
    readonly accounts: readonly ServiceAccountObject[];
    readonly robots: ReadonlyMap<string, readonly ObservedRobot[]>;
  },
): readonly JoinedNamespace[] {
  const label = linkLabel(metadata.name);
  const secrets = Map.groupBy(parts.secrets, (s) => s.namespace);
  const accounts = Map.groupBy(parts.accounts, (a) => a.namespace);
  const chosen = new Map(found.map((n) => [n.name, n]));
  const left = [
    ...parts.secrets.filter((s) => s.secret.owner === "us").map((s) => s.namespace),
    ...parts.accounts.filter((a) => label in a.labels).map((a) => a.namespace),
    ...[...parts.robots].filter(([, robots]) => robots.some((r) => r.ours)).map(([namespace]) => namespace),
  ];
  return [...new Set([...chosen.keys(), ...left])].map((name): JoinedNamespace => {
    const robots = parts.robots.get(name) ?? [];
    const read = (secrets.get(name) ?? []).map((s) => ({ ...s, secret: heldByUs(s.secret, robots) }));
    const wanted = read.find((r) => r.secret.name === spec.secret.name);
    const excluded = chosen.get(name)?.excluded;
    const namespace: ObservedNamespace = {
      name,
      chosen: chosen.has(name),
      ...(excluded !== undefined && { excluded }),
      ...(isThere(name) === false && { gone: true }),
      ...(wanted !== undefined && { secret: wanted.secret }),
      formerSecrets: read.filter((r) => r !== wanted && r.secret.owner === "us").map((r) => r.secret),
      serviceAccounts: (accounts.get(name) ?? []).map((a) => ({
        name: a.name,
        resourceVersion: a.resourceVersion,
        pullSecrets: a.pullSecrets,
        marked: label in a.labels,
      })),
      robots,
    };
    return { namespace, ...(wanted?.credential !== undefined && { credential: wanted.credential }) };
  });
}

/** A Secret that holds our own robot is ours, even if its labels were edited away. */
function heldByUs(secret: ObservedSecret, robots: readonly ObservedRobot[]): ObservedSecret {
  if (secret.owner !== "foreign" || !robots.some((r) => r.ours && r.name === secret.username)) return secret;
  return { ...secret, owner: "us", flaws: [...new Set([...secret.flaws, "metadata-differs" as const])] };
}
