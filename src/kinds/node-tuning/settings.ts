import { ageMs } from "./quantity.ts";
import type { NodeTuningSpec } from "./schema.ts";

export type SettingValue = boolean | number | string;

/** One setting of a KubeletConfiguration. */
export interface Setting {
  /** As messages name it: `registryPullQPS`, `evictionHard.imagefs.available`. */
  readonly name: string;
  /** Where it stands in the file. */
  readonly path: readonly [string, ...string[]];
  readonly value: SettingValue;
}

const scalars = [
  "serializeImagePulls",
  "maxParallelImagePulls",
  "registryPullQPS",
  "registryBurst",
  "imageGCHighThresholdPercent",
  "imageGCLowThresholdPercent",
  "imageMinimumGCAge",
  "imageMaximumGCAge",
] as const;

/** What a document asks for, each on its own. Pure. */
export function wantedSettings(spec: NodeTuningSpec): readonly Setting[] {
  const single = scalars.flatMap((name): Setting[] => {
    const value = spec[name];
    return value === undefined ? [] : [{ name, path: [name], value }];
  });
  const eviction = Object.entries(spec.evictionHard ?? {}).flatMap(([signal, value]): Setting[] =>
    value === undefined ? [] : [{ name: `evictionHard.${signal}`, path: ["evictionHard", signal], value }],
  );
  return [...single, ...eviction];
}

/**
 * What the kubelet evicts by where its file says nothing. A file with any `evictionHard` replaces all of them
 * (kubelet/apis/config/v1beta1/defaults.go sets them only where the map is nil), so whoever names one signal must name
 * the rest too.
 */
export const defaultEviction: Readonly<Record<string, string>> = {
  "memory.available": "100Mi",
  "nodefs.available": "10%",
  "nodefs.inodesFree": "5%",
  "imagefs.available": "15%",
};

/** The kubelet's flag that wins over a setting of the file (cmd/kubelet/app/options); some settings have none. */
export const flagOf: Readonly<Record<string, string>> = {
  serializeImagePulls: "--serialize-image-pulls",
  registryPullQPS: "--registry-qps",
  registryBurst: "--registry-burst",
  imageGCHighThresholdPercent: "--image-gc-high-threshold",
  imageGCLowThresholdPercent: "--image-gc-low-threshold",
  imageMinimumGCAge: "--minimum-image-ttl-duration",
  evictionHard: "--eviction-hard",
};

/** Whether two values of a setting say the same: `2m` and `2m0s`, `5` and `"5"`, `10%` and `10.0%`. */
export function saysTheSame(wanted: SettingValue, found: unknown): boolean {
  if (found === undefined || found === null || typeof found === "object") return false;
  const [a, b] = [wanted, found].map(String) as [string, string];
  if (a === b) return true;
  const ages = [ageMs(a), ageMs(b)];
  if (ages[0] !== undefined && ages[0] === ages[1]) return true;
  return a.endsWith("%") && b.endsWith("%") && Number(a.slice(0, -1)) === Number(b.slice(0, -1));
}

/** What stands at a path of parsed YAML or JSON. */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined,
    values,
  );
}
