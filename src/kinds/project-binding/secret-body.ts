import type { Credential } from "../../clients/harbor/credential.ts";
import {
  registryConfig,
  registrySecretKey,
  renderRegistrySecret,
  type RenderedSecret,
} from "../../clients/kubesphere/registry-secret.ts";
import { harborProjectAnnotation, managedBy } from "./ownership.ts";
import { annotationsOf, labelsOf, type Wanted } from "./secret-content.ts";

/** Where a Secret stands and what else it remembers. */
export interface SecretPlace {
  readonly namespace: string;
  readonly name: string;
  readonly harborProject: string;
  /** Annotations; null removes. */
  readonly extra: Readonly<Record<string, string | null>>;
}

/** A whole Secret, to be created. @throws REGISTRY_CREDENTIAL_EMPTY */
export function secretBody(wanted: Wanted, place: SecretPlace, credential: Credential): RenderedSecret {
  const annotations = Object.fromEntries(
    Object.entries({ ...annotationsOf(wanted), ...place.extra }).flatMap(([key, value]) =>
      value === null ? [] : [[key, value]],
    ),
  );
  return renderRegistrySecret({
    name: place.name,
    namespace: place.namespace,
    url: wanted.url,
    email: wanted.email,
    creator: managedBy,
    labels: labelsOf(wanted),
    annotations: { ...annotations, [harborProjectAnnotation]: place.harborProject },
    ...credential,
  });
}

/** What is ours of a Secret that is there, as a merge patch (RFC 7386): null removes, what is not named stays. */
export function secretChange(wanted: Wanted, place: SecretPlace, credential: Credential) {
  const { name, namespace, harborProject, extra } = place;
  const { url, email } = wanted;
  return {
    metadata: {
      labels: labelsOf(wanted),
      annotations: { ...annotationsOf(wanted), [harborProjectAnnotation]: harborProject, ...extra },
    },
    data: { [registrySecretKey]: registryConfig({ name, namespace, url, email, ...credential }) },
  };
}
