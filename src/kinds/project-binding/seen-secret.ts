import type { Credential } from "../../clients/harbor/credential.ts";
import type { ObservedSecret } from "./observed.ts";
import {
  createdProjectAnnotation,
  harborProjectAnnotation,
  replacedAtAnnotation,
  rotatingAnnotation,
} from "./ownership.ts";
import { readSecret, type SecretObject, type Wanted } from "./secret-content.ts";

/** What a Secret says by itself, whatever robots there are. */
export interface SeenSecret {
  readonly namespace: string;
  readonly secret: ObservedSecret;
  /** The id of a Harbor project that its binding created. */
  readonly createdProject?: string;
}

/** The same, and what must not be in an observation. */
export interface ReadSecret extends SeenSecret {
  readonly credential?: Credential;
}

export function seeSecret(object: SecretObject, wanted: Wanted): ReadSecret {
  const { owner, flaws, credential } = readSecret(object, wanted);
  const { name, namespace, uid, resourceVersion, annotations, creationTimestamp } = object.metadata;
  const harborProject = annotations?.[harborProjectAnnotation];
  const rotating = annotations?.[rotatingAnnotation];
  const replacedAt = Date.parse(annotations?.[replacedAtAnnotation] ?? "");
  const createdProject = annotations?.[createdProjectAnnotation];
  return {
    namespace,
    secret: {
      name,
      uid,
      resourceVersion,
      owner,
      flaws,
      ...(creationTimestamp !== undefined && { createdAt: creationTimestamp }),
      ...(credential !== undefined && { username: credential.username }),
      ...(harborProject !== undefined && { harborProject }),
      ...(rotating !== undefined && { rotating }),
      ...(Number.isFinite(replacedAt) && { replacedAt }),
    },
    ...(createdProject !== undefined && { createdProject }),
    ...(credential !== undefined && { credential }),
  };
}
