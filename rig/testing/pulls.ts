import { runPod, type PodRequest } from "../pods.ts";

/** What the kubelet says after "Failed to pull image …", or "pulled" if it pulled and started the container. */
export async function pullMessage(image: string, more: Partial<PodRequest> = {}): Promise<string> {
  const outcome = await runPod({ image, namespace: "rig-pulls", ...more });
  if (outcome.phase === "Running" || outcome.phase === "Succeeded") return "pulled";
  const failure = outcome.events.find(
    ({ reason, message }) => reason === "Failed" && message.startsWith("Failed to pull image"),
  );
  if (failure === undefined) throw new Error(`not pulled, and no reason given: ${JSON.stringify(outcome)}`);
  return failure.message;
}

/** How the kubelet and containerd begin every failure to find out what a tag stands for (facts/container-runtimes.md). */
export function failurePrefix(image: string, code = "Unknown"): string {
  const quoted = `"${image}"`;
  return (
    `Failed to pull image ${quoted}: rpc error: code = ${code} desc = ` +
    `failed to pull and unpack image ${quoted}: failed to resolve reference ${quoted}: `
  );
}
