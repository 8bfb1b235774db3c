import { servedPaths } from "../../../../clients/harbor-compose/client.ts";
import type { Host } from "../../../../clients/host/host.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { requirePair } from "../../pair.ts";
import type { WantedCompose } from "./wanted.ts";

/** Whether the certificate and the key that nginx reads belong together, as they do unless a run was cut off between. */
export async function isKeyOf(host: Host, { settings }: WantedCompose): Promise<boolean> {
  const { certificate, privateKey } = servedPaths(settings.dataVolume);
  const [first, second] = await Promise.all([host.readFile(certificate), host.readFile(privateKey)]);
  try {
    requirePair(first?.bytes.toString("utf8") ?? "", new Sensitive(second?.bytes.toString("utf8") ?? ""), "");
    return true;
  } catch {
    return false; // whatever is wrong with them, nginx refuses them
  }
}
