import type { World } from "../world.ts";
import { gather, type Overridden, type TuningDocument } from "./gather.ts";
import { readConfiguration, withSettings } from "./configuration.ts";
import { saysTheSame, valueAt } from "./settings.ts";

/** One setting that the file does not hold yet. */
export interface Differing {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export interface ObservedTuning {
  readonly node: string;
  readonly configuration: string;
  readonly version?: readonly [number, number];
  readonly differing: readonly Differing[];
  readonly overridden: readonly Overridden[];
  /** What of the file, once our settings are in it, is checked before it is written. */
  readonly merged: Readonly<Record<string, unknown>>;
  readonly restartPending: boolean;
  /** The kubelet did not come back with these very settings. */
  readonly refused: boolean;
  /** Names of settings that were changed and can be put back. */
  readonly ours: readonly string[];
}

const checkedFields = [
  "serializeImagePulls",
  "maxParallelImagePulls",
  "imageGCHighThresholdPercent",
  "imageGCLowThresholdPercent",
  "imageMinimumGCAge",
  "imageMaximumGCAge",
  "evictionHard",
  "featureGates",
] as const;

/** Reads the kubelet's file and command line. @throws what {@link gather} throws */
export async function observe(
  document: TuningDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedTuning> {
  const { kubelet, version, text, values, settings, overridden, record, wanted } = await gather(
    document,
    world,
    signal,
  );
  const merged = readConfiguration(
    withSettings(text, settings, kubelet.configuration),
    kubelet.configuration,
  );
  return {
    node: world.host.name,
    configuration: kubelet.configuration,
    ...(version !== undefined && { version }),
    differing: settings.flatMap(({ name, path, value }) => {
      const found = valueAt(values, path);
      return saysTheSame(value, found) ? [] : [{ name, from: shown(found), to: String(value) }];
    }),
    overridden,
    merged: Object.fromEntries(
      checkedFields.flatMap((f) => (merged[f] === undefined ? [] : [[f, merged[f]]])),
    ),
    restartPending: record.restartPending,
    refused: record.refused === wanted,
    ours: Object.keys(record.former),
  };
}

const shown = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "-";
