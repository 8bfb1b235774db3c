import type { Endpoint } from "../../clients/harbor/registries.ts";
import type { NewPreheatInstance } from "../../clients/harbor/preheat.ts";
import { harborHas, type HarborVersion } from "../../clients/harbor/versions.ts";
import type { Document } from "../../model/document.ts";
import { readSecretValue } from "../shared/secret-value.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import { endpointOf, markOf, networkOf } from "./names.ts";
import { upstreamUrl, type ProxyCacheSpec } from "./schema.ts";

type CacheDocument = Document<ProxyCacheSpec>;

/** The endpoint as the document wants it, its password read now. @throws SECRET_VALUE_MISSING, TRUST_SOURCE_MISSING */
export async function wantedEndpoint(
  document: CacheDocument,
  version: HarborVersion,
  world: World,
  signal: AbortSignal,
): Promise<Endpoint> {
  const { type, credential, ca, insecureSkipTlsVerify } = document.spec.upstream;
  const takesCa = harborHas(version, "registryCaCertificate");
  return {
    name: endpointOf(document),
    type,
    url: upstreamUrl(document.spec),
    description: markOf(document),
    insecure: insecureSkipTlsVerify,
    ...(ca !== undefined &&
      takesCa && { caCertificate: await resolveTrust(ca, document.source.directory, world, signal) }),
    ...(credential !== undefined && {
      username: credential.username,
      password: await readSecretValue(
        credential.password,
        { en: "password for the upstream", zh: "上游账户密码" },
        document,
        world,
        signal,
      ),
    }),
  };
}

/** The P2P network as the document wants it; undefined where it wants none. @throws SECRET_VALUE_MISSING */
export async function wantedNetwork(
  document: CacheDocument,
  world: World,
  signal: AbortSignal,
): Promise<NewPreheatInstance | undefined> {
  const network = document.spec.preheat?.network;
  if (network === undefined) return undefined;
  const { vendor, endpoint, credential, insecureSkipTlsVerify } = network;
  return {
    name: networkOf(document),
    vendor,
    endpoint,
    description: markOf(document),
    insecure: insecureSkipTlsVerify,
    ...(credential !== undefined && {
      username: credential.username,
      password: await readSecretValue(
        credential.password,
        { en: "password for the P2P network", zh: "P2P 网络账户密码" },
        document,
        world,
        signal,
      ),
    }),
  };
}
