import type { JsonObject } from "../kubernetes/json.ts";
import { fetchAsGo } from "./registry/client.ts";
import { locate } from "./registry/location.ts";
import { readSecret } from "./verify.ts";

/**
 * Image search of 4.1.3: Harbor's own search with the Secret's account. Certificates are not verified, which is what
 * KubeSphere does whatever the Secret says (facts/kubesphere.md §2.5).
 * @throws Error
 */
export async function searchImages(text: string, secret: JsonObject | undefined): Promise<JsonObject> {
  if (secret === undefined) return { total: 0, entries: [] };
  const { key, access } = readSecret(secret);
  const url = new URL(`/api/v2.0/search?q=${text}`, key);
  const { credential } = access;
  const authorization = `Basic ${Buffer.from(`${credential?.username ?? ""}:${credential?.password.reveal() ?? ""}`).toString("base64")}`;
  const answer = await fetchAsGo(
    { ...access, location: locate(key), skipsVerification: true, trust: [], now: new Date(0) },
    url,
    { authorization },
  );
  if (answer.status !== 200)
    throw new Error(`search images failed with status code: ${answer.status}, ${answer.text}`);
  const { repository } = JSON.parse(answer.text) as { repository?: { repository_name: string }[] };
  const entries = (repository ?? []).map((one) => one.repository_name);
  return { total: entries.length, entries };
}
