import { stringify } from "yaml";
import type { Document } from "../../model/document.ts";
import { apiVersion } from "../../model/kind-schema.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import { readPullCredential } from "../node-trust/credential.ts";
import { gatherTrust, type NodeDocument } from "../node-trust/gather.ts";
import type { TuningDocument } from "../node-tuning/gather.ts";
import type { World } from "../world.ts";

/** Where the agent finds what it is given. */
export const places = {
  documents: "/etc/moorline/documents",
  secrets: "/etc/moorline/secrets",
  host: "/host",
} as const;

/** Everything that nodes need to know, with nothing left to look up. */
export interface AgentBundle {
  /** By file name; without secrets. */
  readonly documents: Readonly<Record<string, string>>;
  /** By file name: client pairs, and who pulls the proof's image. */
  readonly secrets: Readonly<Record<string, Sensitive>>;
  /** Changes with all that is to be done: a new one is a new rollout. */
  readonly hash: string;
  /** What the documents ask of the agent's rights. */
  readonly needs: { readonly configz: boolean; readonly taints: boolean };
}

const isTrust = (d: Document): d is NodeDocument => d.kind === "NodeTrust";
const isTuning = (d: Document): d is TuningDocument => d.kind === "NodeTuning";

/**
 * Makes the bundle of the NodeTrust and NodeTuning documents among these: CAs, client pairs and credentials are read
 * here, once, so that a node needs no right to read any of them.
 * @returns undefined where there is nothing for nodes
 * @throws what resolving CAs, pairs and credentials throws
 */
export async function gatherBundle(
  documents: readonly Document[],
  world: World,
  signal: AbortSignal,
): Promise<AgentBundle | undefined> {
  const trusts = documents.filter(isTrust);
  const tunings = documents.filter(isTuning);
  if (trusts.length + tunings.length === 0) return undefined;
  const files: Record<string, string> = {};
  const secrets: Record<string, Sensitive> = {};
  // Passwords may be short: their digest must not stand where everybody may read it.
  const keyed: string[] = [];
  for (const trust of trusts) {
    const { registry, url, ca, client } = await gatherTrust(trust, world, signal);
    const { name } = trust.metadata;
    const credential = await readPullCredential(trust, world);
    if (client !== undefined) {
      secrets[`${name}.crt`] = new Sensitive(client.certificate);
      secrets[`${name}.key`] = client.privateKey;
      keyed.push(client.certificate);
    }
    if (credential !== undefined) {
      const { username, password } = credential;
      const account = stringify({ username, password: password.reveal() });
      secrets[`${name}.credential.yaml`] = new Sensitive(account);
      keyed.push(username);
    }
    files[`registry-${registry}.yaml`] = text("HarborRegistry", registry, {
      url,
      credential: { environment: {} },
    });
    const at = (ending: string): string => `${places.secrets}/${name}.${ending}`;
    const { ca: _ca, clientCertificate: _pair, nodes: _nodes, proof, ...spec } = trust.spec;
    files[`trust-${name}.yaml`] = text("NodeTrust", name, {
      ...spec,
      ...(ca !== undefined && { ca: { pem: ca } }),
      ...(client !== undefined && {
        clientCertificate: { files: { certificate: at("crt"), privateKey: at("key") } },
      }),
      proof: {
        ...(proof.image !== undefined && { image: proof.image }),
        ...(credential !== undefined && { credential: { file: at("credential.yaml") } }),
      },
    });
  }
  for (const { metadata, spec } of tunings) {
    const { nodes: _nodes, ...rest } = spec;
    files[`tuning-${metadata.name}.yaml`] = text("NodeTuning", metadata.name, rest);
  }
  const ordered = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    documents: ordered,
    secrets,
    hash: digestOf(JSON.stringify([ordered, keyed])).slice(0, 32),
    needs: {
      configz: tunings.length > 0,
      taints: [...trusts, ...tunings].some((d) => d.spec.agent?.startupTaint === true),
    },
  };
}

const text = (kind: string, name: string, spec: object): string =>
  stringify({ apiVersion, kind, metadata: { name }, spec }, { lineWidth: 0, aliasDuplicateObjects: false });
