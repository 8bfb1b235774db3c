import type { Credential } from "../../clients/harbor/credential.ts";
import { createRegistryClient } from "../../clients/registry/client.ts";
import type { ImageReference } from "../../clients/registry/reference.ts";
import type { Evidence } from "./evidence.ts";
import { probeHarborImage } from "./probes/harbor-image.ts";
import { probeImage } from "./probes/image.ts";
import type { Surroundings, Way } from "./surroundings.ts";

export interface ImageWay {
  readonly image: string;
  readonly reference: ImageReference;
  readonly way: Way;
  /** Who pulls; undefined for nobody. */
  readonly login: Credential | undefined;
}

/** Signs of a login that was not taken. */
const loginRefused: ReadonlySet<string> = new Set([
  "REGISTRY_ANONYMOUS_TOKEN",
  "REGISTRY_CREDENTIAL_REFUSED",
]);
/** Signs that this login gets no further, whatever lies behind. */
const refused: ReadonlySet<string> = new Set([
  ...loginRefused,
  "REGISTRY_LOGIN_REQUIRED",
  "REGISTRY_NO_PERMISSION",
]);
const shows =
  (signs: ReadonlySet<string>) =>
  ({ sign }: Evidence): boolean =>
    sign !== undefined && signs.has(sign);

/** The pull itself, what would stop a better login, then what Harbor's records say of it. */
export async function imageEvidence(
  { image, reference, way, login }: ImageWay,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const trustIsAssumed = surroundings.trustIsAssumed(way);
  const pullAs = (who: Credential | undefined): Promise<readonly Evidence[]> =>
    probeImage({ image, reference, client: createRegistryClient(way.endpoint, who), trustIsAssumed }, signal);
  const pulled = await pullAs(login);
  const { credential, harbor } = way;
  const isAnother = credential !== undefined && credential !== login;
  const behind = isAnother && pulled.some(shows(refused)) ? await pullAs(credential) : [];
  const beyond = behind.filter((one) => one.outcome === "wrong" && !shows(refused)(one));
  if (harbor === undefined) return [...pulled, ...beyond];
  const question = {
    reference,
    login: login === credential ? undefined : login?.username,
    isLoginRefused: pulled.some(shows(loginRefused)),
    isPulled: pulled.every(({ outcome }) => outcome === "fine"),
    now: surroundings.now,
  };
  return [...pulled, ...beyond, ...(await probeHarborImage(harbor, question, signal))];
}
