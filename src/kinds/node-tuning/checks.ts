import { finding, type Finding } from "../../model/finding.ts";
import type { ObservedTuning } from "./observe.ts";
import { ageMs, percentOf } from "./quantity.ts";
import { valueAt } from "./settings.ts";
import type { NodeTuningSpec } from "./schema.ts";

type Check = (observed: ObservedTuning, spec: NodeTuningSpec) => readonly Finding[];

/** Fields that older kubelets do not know, and refuse to start with; the version from which they may stand in the file. */
const since: Readonly<Record<string, readonly [number, number]>> = {
  maxParallelImagePulls: [1, 27],
  imageMaximumGCAge: [1, 30],
};

const SettingNeedsNewerKubelet: Check = ({ node, version, merged }, spec) =>
  Object.entries(since).flatMap(([field, [major, minor]]) => {
    if (spec[field as keyof NodeTuningSpec] === undefined) return [];
    const gated =
      field === "imageMaximumGCAge" && valueAt(merged, ["featureGates", "ImageMaximumGCAge"]) === true;
    const least = gated ? 29 : minor;
    if (version !== undefined && (version[0] > major || (version[0] === major && version[1] >= least)))
      return [];
    const has = version === undefined ? { en: "unknown", zh: "未知" } : version.join(".");
    return [finding("NODE_KUBELET_TOO_OLD", node, { field, since: `${major}.${least}`, has })];
  });

const textOr = (value: unknown, usual: string): string => (typeof value === "string" ? value : usual);
const numberOr = (value: unknown, usual: number): number => (typeof value === "number" ? value : usual);

/** The kubelet does not start with these (pkg/kubelet/apis/config/validation); where nothing is said, its defaults count. */
const SettingsContradictEachOther: Check = ({ node, merged }, spec) => {
  const found: [string, string][] = [];
  const high = numberOr(merged["imageGCHighThresholdPercent"], 85);
  const low = numberOr(merged["imageGCLowThresholdPercent"], 80);
  if (low >= high) found.push([`imageGCLowThresholdPercent ${low}`, `imageGCHighThresholdPercent ${high}`]);
  const parallel = numberOr(merged["maxParallelImagePulls"], 1);
  if (parallel > 1 && merged["serializeImagePulls"] !== false)
    found.push([`maxParallelImagePulls ${parallel}`, "serializeImagePulls true"]);
  const least = ageMs(textOr(merged["imageMinimumGCAge"], "2m"));
  const most = ageMs(textOr(merged["imageMaximumGCAge"], "0"));
  if (
    spec.imageMaximumGCAge !== undefined &&
    most !== undefined &&
    most > 0 &&
    least !== undefined &&
    most <= least
  )
    found.push([
      `imageMaximumGCAge ${spec.imageMaximumGCAge}`,
      `imageMinimumGCAge ${textOr(merged["imageMinimumGCAge"], "2m")}`,
    ]);
  return found.map(([setting, other]) => finding("NODE_KUBELET_SETTINGS_CONFLICT", node, { setting, other }));
};

/** Pods would be evicted before a single unused image is collected. */
const EvictionComesBeforeCollection: Check = ({ node, merged }) => {
  const threshold = textOr(valueAt(merged, ["evictionHard", "imagefs.available"]), "15%");
  const left = percentOf(threshold);
  const high = numberOr(merged["imageGCHighThresholdPercent"], 85);
  if (left === undefined || left <= 100 - high) return [];
  return [finding("NODE_EVICTION_BEFORE_COLLECTION", node, { threshold, high })];
};

const SettingIsOverridden: Check = ({ node, overridden }) =>
  overridden.map(({ name, wanted, value, by }) =>
    finding("NODE_KUBELET_SETTING_OVERRIDDEN", node, { field: name, wanted, value, by }),
  );

const KubeletRefusedSettings: Check = ({ node, refused, configuration }) =>
  refused ? [finding("NODE_KUBELET_REFUSED_SETTINGS", node, { path: configuration })] : [];

/** What keeps everything from being written. */
export function obstacles(observed: ObservedTuning, spec: NodeTuningSpec): readonly Finding[] {
  return [SettingNeedsNewerKubelet, SettingsContradictEachOther, KubeletRefusedSettings].flatMap((check) =>
    check(observed, spec),
  );
}

/** What a person should know besides. */
export function remarks(observed: ObservedTuning, spec: NodeTuningSpec): readonly Finding[] {
  return [SettingIsOverridden, EvictionComesBeforeCollection].flatMap((check) => check(observed, spec));
}
