import { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import type { HttpResponse } from "../http/endpoint.ts";

export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
  /** As the server says it: `v1.20.2`, `v1.28.8+k3s1`. */
  readonly text: string;
}

const versionSchema = z.object({ gitVersion: z.string().max(200), major: z.string(), minor: z.string() });

/** Reads GET /version. Cloud providers write minors such as `27+`. @throws KUBERNETES_NOT_KUBERNETES */
export function parseVersion(answer: HttpResponse, server: string): KubernetesVersion {
  const parsed = answer.status === 200 ? versionSchema.safeParse(answer.json()) : undefined;
  const told = parsed?.data;
  const numbers = told && /^v?(\d+)\.(\d+)/.exec(told.gitVersion);
  const major = Number.parseInt(told?.major ?? "", 10) || Number(numbers?.[1]);
  const minor = Number.parseInt(told?.minor ?? "", 10) || Number(numbers?.[2]);
  if (told && Number.isInteger(major) && Number.isInteger(minor))
    return { major, minor, text: told.gitVersion };
  throw new MoorlineError("KUBERNETES_NOT_KUBERNETES", {
    subject: server,
    parameters: { status: answer.status },
  });
}

/** The oldest Kubernetes that Moorline works with. */
export const oldestKubernetes = { major: 1, minor: 20 } as const;

/** @throws KUBERNETES_TOO_OLD */
export function requireVersion(version: KubernetesVersion, server: string): void {
  const { major, minor } = oldestKubernetes;
  if (version.major > major || (version.major === major && version.minor >= minor)) return;
  throw new MoorlineError("KUBERNETES_TOO_OLD", {
    subject: server,
    parameters: { version: version.text, oldest: `v${major}.${minor}` },
  });
}
