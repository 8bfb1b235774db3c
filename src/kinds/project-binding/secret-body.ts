import type { Credential } from "../../clients/harbor/credential.ts";
import { harborProjectAnnotation } from "./ownership.ts";
import {
  annotationsOf,
  dockerConfigKey,
  dockerConfigOf,
  dockerConfigType,
  labelsOf,
  type Wanted,
} from "./secret-content.ts";

/** Where a Secret stands and what else it remembers. */
export interface SecretPlace {
  readonly namespace: string;
  readonly name: string;
  readonly harborProject: string;
  readonly extra: Readonly<Record<string, string>>;
}

/** A whole Secret, to be created. */
export function secretBody(wanted: Wanted, place: SecretPlace, credential: Credential) {
  const annotations = Object.fromEntries(
    Object.entries(annotationsOf(wanted)).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: place.name,
      namespace: place.namespace,
      labels: labelsOf(wanted),
      annotations: { ...annotations, [harborProjectAnnotation]: place.harborProject, ...place.extra },
    },
    type: dockerConfigType,
    data: { [dockerConfigKey]: dockerConfigOf(wanted, credential) },
  };
}

/** What is ours of a Secret that is there, as a merge patch (RFC 7386): null removes, what is not named stays. */
export function secretChange(
  wanted: Wanted,
  harborProject: string,
  extra: Readonly<Record<string, string>>,
  credential: Credential,
) {
  return {
    metadata: {
      labels: labelsOf(wanted),
      annotations: { ...annotationsOf(wanted), [harborProjectAnnotation]: harborProject, ...extra },
    },
    data: { [dockerConfigKey]: dockerConfigOf(wanted, credential) },
  };
}
