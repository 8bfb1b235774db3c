import type { ErrorTable } from "./table.ts";

/** Errors of the Kubernetes and KubeSphere APIs. */
export const kubernetesErrors = {} as const satisfies ErrorTable;
