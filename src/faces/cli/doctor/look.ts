import { concurrently } from "../../../clients/concurrency.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import {
  examineCluster,
  examineImage,
  examinePod,
  examineProject,
  examineRegistry,
  type Examination,
} from "../../../diagnosis/doctor/examine.ts";
import { waitingImages, type Pod } from "../../../diagnosis/doctor/probes/pod.ts";
import type { Document } from "../../../model/document.ts";
import { fromUnknown, MoorlineError } from "../../../model/errors.ts";
import { lookAtNode, nodeNames, nodeOfPod, nodeWorks, reachableNodes, type NodesQuestion } from "./nodes.ts";
import { hostOfRegistry, registriesAmong } from "./surroundings.ts";
import type { Target } from "./target.ts";

/** Things of one sort that one run looks at; more fail of the same causes. */
const most = 50;

export interface Look extends NodesQuestion {
  readonly target: Target;
  /** Where pods are; undefined for all namespaces. */
  readonly namespace: string | undefined;
}

export interface Seen {
  /** By name. */
  readonly examinations: readonly Examination[];
  /** Pods that wait and were not looked at. */
  readonly left: number;
}

type Work = () => Promise<Examination>;

/** Looks at what was asked about, several things at a time. @throws DOCTOR_*, and what the API server answers */
export async function look(question: Look, signal: AbortSignal): Promise<Seen> {
  const { works, left } = await worksOf(question, signal);
  const examinations: Examination[] = [];
  await concurrently(works, 8, async (work) => void examinations.push(await work()), signal);
  return { examinations: examinations.sort((a, b) => (a.subject < b.subject ? -1 : 1)), left };
}

async function worksOf(
  question: Look,
  signal: AbortSignal,
): Promise<{ readonly works: readonly Work[]; readonly left: number }> {
  const { target, surroundings, namespace } = question;
  const one = (work: Work) => ({ works: [work], left: 0 });
  switch (target.kind) {
    case "image":
      return one(() => examineImage(target.image, surroundings, signal));
    case "registry": {
      const host = registryNamed(target.name, question.documents);
      return one(() => examineRegistry(host, surroundings, signal));
    }
    case "node":
      return one(await lookAtNode(question, target.name, signal));
    case "pod": {
      const kubernetes = await question.connect();
      const pod = await podNamed(kubernetes, target.name, namespace ?? "default", signal);
      const node = nodeOfPod(pod, question);
      return one(() => examinePod({ kubernetes, pod, ...(node && { node }) }, surroundings, signal));
    }
    case "project":
      return project(question, target.name, signal);
    default:
      return everything(question, signal);
  }
}

/** A project of KubeSphere is a namespace: what it has for its pulls, and its pods that wait. */
async function project(
  question: Look,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly works: readonly Work[]; readonly left: number }> {
  const kubernetes = await question.connect();
  const { works, left } = await podWorks(kubernetes, name, question, signal);
  return { works: [() => examineProject(kubernetes, name, question.surroundings, signal), ...works], left };
}

async function podWorks(
  kubernetes: KubernetesClient,
  namespace: string | undefined,
  { surroundings }: Look,
  signal: AbortSignal,
): Promise<{ readonly works: readonly Work[]; readonly left: number }> {
  const pods = await waitingPods(kubernetes, namespace, signal);
  // Of many pods the kubelet's words are enough: nodes are looked at by themselves.
  const works = pods.slice(0, most).map(
    (pod): Work =>
      () =>
        examinePod({ kubernetes, pod }, surroundings, signal),
  );
  return { works, left: Math.max(0, pods.length - most) };
}

async function everything(
  question: Look,
  signal: AbortSignal,
): Promise<{ readonly works: readonly Work[]; readonly left: number }> {
  const { documents, surroundings } = question;
  const hosts = [...new Set(registriesAmong(documents).map(hostOfRegistry))];
  const registries = hosts.map(
    (host): Work =>
      () =>
        examineRegistry(host, surroundings, signal),
  );
  // A namespace is asked about alone; nodes and DNS are everybody's.
  const isWhole = question.namespace === undefined;
  const reached = isWhole ? reachableNodes(question) : [];
  try {
    const kubernetes = await question.connect();
    const [pods, nodes] = await Promise.all([
      podWorks(kubernetes, question.namespace, question, signal),
      isWhole ? nodeNames(kubernetes, signal) : [],
    ]);
    const cluster: Work = () => examineCluster(kubernetes, surroundings, signal);
    const works = [
      ...registries,
      ...(isWhole ? [cluster] : []),
      ...nodeWorks({ kubernetes, nodes: nodes.slice(0, most), reached }, surroundings, signal),
      ...pods.works,
    ];
    return { works, left: pods.left };
  } catch (thrown) {
    signal.throwIfAborted();
    // Without documents the cluster is all there is to look at.
    if (registries.length === 0) throw thrown;
    const nodes = nodeWorks({ nodes: [], reached }, surroundings, signal);
    return { works: [...registries, ...nodes, async () => unreachable(thrown)], left: 0 };
  }
}

function unreachable(thrown: unknown): Examination {
  const told = fromUnknown(thrown, "cluster");
  const evidence = [{ probe: "kubernetes", subject: "cluster", outcome: "unknown", told }] as const;
  return { subject: "cluster", evidence, diagnoses: [] };
}

/** The host of a registry that is named by its host, or by its document. */
function registryNamed(name: string, documents: readonly Document[]): string {
  const document = registriesAmong(documents).find(({ metadata }) => metadata.name === name);
  return document === undefined ? name : hostOfRegistry(document);
}

async function podNamed(
  kubernetes: KubernetesClient,
  name: string,
  namespace: string,
  signal: AbortSignal,
): Promise<Pod> {
  const pod = await kubernetes.get<Pod>(resources.pods, { name, namespace }, signal);
  if (pod === undefined) throw new MoorlineError("DOCTOR_NO_POD", { subject: `pod/${namespace}/${name}` });
  return pod;
}

async function waitingPods(
  kubernetes: KubernetesClient,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const { items } = await kubernetes.list<Pod>(resources.pods, {
    ...(namespace !== undefined && { namespace }),
    signal,
  });
  return items.filter((pod) => waitingImages(pod).length > 0);
}
