import type { Credential } from "../../clients/harbor/credential.ts";
import type { HttpEndpoint } from "../../clients/http/endpoint.ts";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { createRegistryClient } from "../../clients/registry/client.ts";
import { parseImageReference, type ImageReference } from "../../clients/registry/reference.ts";
import { fromUnknown } from "../../model/errors.ts";
import { diagnose, type Diagnosis } from "./diagnose.ts";
import type { Evidence } from "./evidence.ts";
import { probeImage } from "./probes/image.ts";
import { podName, probeKubelet, probePullSecrets, waitingImages, type Pod } from "./probes/pod.ts";

/** Where the doctor's questions go. */
export interface Surroundings {
  /** Opens an endpoint as this machine trusts registries. */
  readonly endpoint: (url: string) => HttpEndpoint;
  /** No CA was named for it. */
  readonly trustIsAssumed: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What was asked of one thing, and what it shows. */
export interface Examination {
  readonly subject: string;
  readonly evidence: readonly Evidence[];
  /** The most telling first; empty where nothing is wrong. */
  readonly diagnoses: readonly Diagnosis[];
}

/** Whether something could not be asked, and no cause stands in its place: then nothing wrong was seen, but little was. */
export function isOpen({ evidence, diagnoses }: Examination): boolean {
  return diagnoses.length === 0 && evidence.some((e) => e.outcome === "unknown");
}

/** Tries an image from this machine, with a credential or as nobody. */
export async function examineImage(
  image: string,
  credential: Credential | undefined,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const evidence = await imageEvidence(image, credential, surroundings, signal);
  return { subject: image, evidence, diagnoses: await diagnose(evidence, surroundings.now, signal) };
}

/**
 * Finds why a pod's images are not pulled: the kubelet's words, its pull Secrets, and the same pull from this machine
 * with the same login.
 */
export async function examinePod(
  kubernetes: KubernetesClient,
  pod: Pod,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Examination> {
  const images = waitingImages(pod);
  const perImage = async (image: string): Promise<readonly Evidence[]> => {
    const reference = referenceOf(image);
    if (!("registry" in reference)) return [reference];
    const secrets = await probePullSecrets(kubernetes, pod, reference.registry, signal);
    const pulled = await imageEvidence(image, secrets.credential, surroundings, signal);
    const isRefused = pulled.some(({ sign }) => sign === "REGISTRY_LOGIN_REQUIRED");
    return [...secrets.evidence, ...(isRefused ? secrets.ifRefused : []), ...pulled];
  };
  const answers = await Promise.all([
    unlessBarred("kubelet", podName(pod), signal, async () =>
      images.length === 0 ? [] : probeKubelet(kubernetes, pod, signal),
    ),
    ...images.map((image) => unlessBarred("pull-secret", image, signal, () => perImage(image))),
  ]);
  const evidence = answers.flat();
  return { subject: podName(pod), evidence, diagnoses: await diagnose(evidence, surroundings.now, signal) };
}

/** What Kubernetes does not let this account read could not be asked; the rest still counts. */
async function unlessBarred(
  probe: string,
  subject: string,
  signal: AbortSignal,
  work: () => Promise<readonly Evidence[]>,
): Promise<readonly Evidence[]> {
  try {
    return await work();
  } catch (thrown) {
    signal.throwIfAborted();
    return [{ probe, subject, outcome: "unknown", told: fromUnknown(thrown, subject) }];
  }
}

function referenceOf(image: string): ImageReference | Evidence {
  try {
    return parseImageReference(image);
  } catch (thrown) {
    // A name without a host is Docker Hub's, which is not what is looked at here; what is no name the kubelet tells.
    return { probe: "manifest", subject: image, outcome: "unknown", told: fromUnknown(thrown, image) };
  }
}

async function imageEvidence(
  image: string,
  credential: Credential | undefined,
  { endpoint, trustIsAssumed }: Surroundings,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const reference = parseImageReference(image);
  const client = createRegistryClient(endpoint(`https://${reference.registry}`), credential);
  return probeImage({ image, reference, client, trustIsAssumed }, signal);
}
