import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { isError, MoorlineError } from "../../model/errors.ts";
import { diagnose, type Diagnosis } from "./diagnose.ts";
import type { Evidence } from "./evidence.ts";
import { imageEvidence } from "./image-evidence.ts";
import { aside, ask } from "./probes/ask.ts";
import { probeClusterDns } from "./probes/cluster-dns.ts";
import { probeHarbor } from "./probes/harbor.ts";
import { probePathToDns } from "./probes/network-policies.ts";
import { probeNode } from "./probes/node.ts";
import { probeOnNode, type ReachableNode } from "./probes/on-node/on-node.ts";
import { podName, probeKubelet, probePullSecrets, waitingImages, type Pod } from "./probes/pod.ts";
import { probeProject } from "./probes/project.ts";
import { referenceOf } from "./probes/reference.ts";
import { probeRegistry } from "./probes/registry.ts";
import type { Surroundings } from "./surroundings.ts";

/** What was asked of one thing, and what it shows. */
export interface Examination {
  readonly subject: string;
  readonly evidence: readonly Evidence[];
  /** The most telling first; empty where nothing is wrong. */
  readonly diagnoses: readonly Diagnosis[];
}

/** Whether something could not be asked, and no cause stands in its place: then nothing wrong was seen, but little was. */
export function isOpen({ evidence, diagnoses }: Examination): boolean {
  return diagnoses.length === 0 && evidence.some((e) => e.outcome === "unknown" && e.aside !== true);
}

/**
 * Tries an image from this machine: as the account of the registry's document, or as nobody where there is none.
 * @throws REGISTRY_REFERENCE_INVALID
 */
export async function examineImage(
  image: string,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const reference = referenceOf(image);
  if (!("registry" in reference)) {
    if (reference.told instanceof MoorlineError) throw reference.told;
    return examined(image, [reference], surroundings, signal);
  }
  const way = await surroundings.way(reference.registry, signal);
  const evidence = await imageEvidence(
    { image, reference, way, login: way.credential },
    surroundings,
    signal,
  );
  return examined(image, [...way.notes, ...evidence], surroundings, signal);
}

/** Looks at a registry without pulling: the way there, its certificate, and Harbor's own word where a document tells who asks. */
export async function examineRegistry(
  registry: string,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const way = await surroundings.way(registry, signal);
  const { endpoint, trusted, harbor } = way;
  const { now, randomBytes } = surroundings;
  const answers = await Promise.all([
    probeRegistry({ registry, endpoint, trusted, now, randomBytes }, signal),
    harbor === undefined ? [] : probeHarbor(harbor, signal),
  ]);
  return examined(`registry/${registry}`, [...way.notes, ...answers.flat()], surroundings, signal);
}

/**
 * Looks at a node: as the cluster tells of it, and from within where documents tell how it is reached.
 * @param kubernetes absent where only documents know the node
 * @throws DOCTOR_NO_NODE
 */
export async function examineNode(
  { kubernetes, name, node }: NodeQuestion,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const answers = await Promise.all([
    kubernetes === undefined ? [] : inCluster(kubernetes, name, node !== undefined, signal),
    node === undefined ? [] : probeOnNode(node, signal),
  ]);
  return examined(`node/${name}`, answers.flat(), surroundings, signal);
}

/** A node that documents reach may have another name in the cluster, or be in none. */
async function inCluster(
  kubernetes: KubernetesClient,
  name: string,
  isReached: boolean,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  try {
    return await probeNode(kubernetes, name, signal);
  } catch (thrown) {
    if (!isReached || !isError(thrown, "DOCTOR_NO_NODE")) throw thrown;
    return aside([{ probe: "conditions", subject: `node/${name}`, outcome: "unknown", told: thrown }]);
  }
}

export interface NodeQuestion {
  readonly kubernetes?: KubernetesClient;
  readonly name: string;
  readonly node?: ReachableNode;
}

/** Looks at what all nodes and projects of a cluster share: its DNS, and the way to it. */
export async function examineCluster(
  kubernetes: KubernetesClient,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const [dns, policies] = await Promise.all([
    ask("cluster-dns", "cluster", signal, (stop) => probeClusterDns(kubernetes, stop)),
    ask("network-policy", "cluster", signal, (stop) => probePathToDns(kubernetes, stop)),
  ]);
  // A cluster may have a DNS of another kind, so that what is not there is no open question.
  const told = dns.filter(({ outcome }) => outcome !== "unknown");
  return examined("cluster", [...told, ...aside(policies)], surroundings, signal);
}

/** Looks at what a project (a namespace) has for its pulls: service accounts, Secrets, bindings, the Validate button. */
export async function examineProject(
  kubernetes: KubernetesClient,
  namespace: string,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const evidence = await probeProject({ kubernetes, namespace }, signal);
  return examined(`project/${namespace}`, evidence, surroundings, signal);
}

interface PodQuestion {
  readonly kubernetes: KubernetesClient;
  readonly pod: Pod;
  /** Where it is to run, with what documents say of the registries of its images there. */
  readonly node?: ReachableNode;
}

/**
 * Finds why a pod's images are not pulled: the kubelet's words, its pull Secrets, the same pull from this machine
 * with the same login, and the files that its node's runtime reads.
 */
export async function examinePod(
  { kubernetes, pod, node }: PodQuestion,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const images = waitingImages(pod);
  const perImage = async (image: string): Promise<readonly Evidence[]> => {
    const reference = referenceOf(image);
    if (!("registry" in reference)) return [reference];
    const [secrets, way] = await Promise.all([
      probePullSecrets(kubernetes, pod, reference.registry, signal),
      surroundings.way(reference.registry, signal),
    ]);
    const question = { image, reference, way, login: secrets.credential };
    const pulled = await imageEvidence(question, surroundings, signal);
    const isRefused = pulled.some(({ sign }) => sign === "REGISTRY_LOGIN_REQUIRED");
    return [...way.notes, ...secrets.evidence, ...(isRefused ? secrets.ifRefused : []), ...pulled];
  };
  const answers = await Promise.all([
    ask("kubelet", podName(pod), signal, (stop) =>
      images.length === 0 ? Promise.resolve([]) : probeKubelet(kubernetes, pod, stop),
    ),
    ...images.map((image) => ask("pull-secret", image, signal, () => perImage(image))),
    ...(node === undefined || images.length === 0 ? [] : [probeOnNode(node, signal).then(ofPod)]),
  ]);
  return examined(podName(pod), answers.flat(), surroundings, signal);
}

/**
 * What of a node counts for a pod. What can not be asked leaves nothing open, as the kubelet tells of the pull; that
 * files differ from documents is the node's own finding, and no cause: the way to the registry over them is asked too.
 */
const ofPod = (evidence: readonly Evidence[]): readonly Evidence[] =>
  aside(evidence).filter(({ sign }) => sign !== "NODE_TRUST_DIFFERS");

async function examined(
  subject: string,
  evidence: readonly Evidence[],
  { now }: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  return { subject, evidence, diagnoses: await diagnose(evidence, now, signal) };
}
