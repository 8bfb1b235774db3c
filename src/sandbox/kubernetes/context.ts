import type { Faults } from "./faults.ts";
import type { Registry } from "./registry.ts";
import type { Store } from "./store.ts";
import type { ApiObject } from "./object.ts";

/** What every part of the server works with. */
export interface ServerContext {
  readonly store: Store;
  readonly registry: Registry;
  readonly faults: Faults;
  readonly clock: () => Date;
  /** A version 4 UUID. */
  readonly uuid: () => string;
  /** What follows a generateName: five letters and digits. */
  readonly suffix: () => string;
  /** The authority that clients of this server trust, PEM; put into every namespace. */
  readonly authorityPem: string;
  /** Heard after a pod was created; may change it through the API. */
  readonly onPodCreated?: ((pod: ApiObject) => void) | undefined;
}
