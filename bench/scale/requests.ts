import type { KubernetesClient } from "../../src/clients/kubernetes/client.ts";

/** What the API server itself counted: `create secrets`, `patch serviceaccounts`, by verb and resource. */
export async function requestCounts(client: KubernetesClient): Promise<ReadonlyMap<string, number>> {
  const text = (await client.request({ method: "GET", path: "/metrics", maxBodyBytes: 64 << 20 })).text();
  const counts = new Map<string, number>();
  const line = /^apiserver_request_total\{([^}]*)\} (\S+)$/gm;
  for (const [, labels = "", value] of text.matchAll(line)) {
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
    // The server speaks to itself too.
    if (label("resource") === "" || !interesting.has(label("resource"))) continue;
    const key = `${label("verb").toLowerCase()} ${label("resource")} (${label("code")})`;
    counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}

const interesting = new Set([
  "namespaces",
  "secrets",
  "serviceaccounts",
  "pods",
  "projectbindings",
  "harborregistries",
  "events",
]);
