import { join } from "node:path/posix";
import { MoorlineError } from "../../model/errors.ts";
import type { Document } from "../../model/document.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import type { World } from "../world.ts";
import { readConfiguration } from "./configuration.ts";
import { findKubelet, flagValue, kubeletVersion, type Kubelet } from "./kubelet.ts";
import { readRecord, type TuningRecord } from "./record.ts";
import type { NodeTuningSpec } from "./schema.ts";
import { flagOf, saysTheSame, valueAt, wantedSettings, type Setting } from "./settings.ts";

export type TuningDocument = Document<NodeTuningSpec>;

/** A setting that something stronger than the file decides. */
export interface Overridden {
  readonly name: string;
  readonly wanted: string;
  readonly value: string;
  /** `--registry-qps`, or the drop-in file. */
  readonly by: string;
}

export interface Gathered {
  readonly kubelet: Kubelet;
  readonly version: readonly [number, number] | undefined;
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** What the file can decide: all that is asked for but what is overridden. */
  readonly settings: readonly Setting[];
  readonly overridden: readonly Overridden[];
  readonly record: TuningRecord;
  /** Digest of {@link settings}. */
  readonly wanted: string;
}

/** Reads the kubelet's file, its command line and what we remember. @throws NODE_KUBELET_NOT_FOUND, NODE_FILE_UNREADABLE, HOST_* */
export async function gather(document: TuningDocument, world: World, signal: AbortSignal): Promise<Gathered> {
  const { spec } = document;
  const { host } = world;
  const kubelet = await findKubelet(host, spec.paths.kubeletConfig, signal);
  const file = await host.readFile(kubelet.configuration);
  if (file === undefined)
    throw new MoorlineError("NODE_KUBELET_NOT_FOUND", {
      subject: host.name,
      parameters: { path: kubelet.configuration },
    });
  const text = file.bytes.toString("utf8");
  const asked = wantedSettings(spec);
  const overridden = [
    ...overriddenByFlags(asked, kubelet),
    ...(await overriddenByDropIns(asked, kubelet, world)),
  ];
  const settings = asked.filter(({ name }) => !overridden.some((o) => o.name === name));
  return {
    kubelet,
    version: await kubeletVersion(kubelet, host, signal),
    text,
    values: readConfiguration(text, kubelet.configuration),
    settings,
    overridden: overridden.filter((o) => !saysTheSame(o.wanted, o.value)),
    record: await readRecord(host, spec.paths.state, document.metadata.name),
    wanted: digestOf(JSON.stringify(settings)),
  };
}

function overriddenByFlags(asked: readonly Setting[], kubelet: Kubelet): readonly Overridden[] {
  return asked.flatMap(({ name, path, value }) => {
    const flag = flagOf[path[0]];
    const said = flag === undefined ? undefined : flagValue(kubelet.arguments, flag);
    if (flag === undefined || said === undefined) return [];
    // --eviction-hard replaces the whole map: imagefs.available<15%,nodefs.available<10%
    const signal = path[1];
    const found =
      signal === undefined
        ? said
        : (new RegExp(`(?:^|,)${RegExp.escape(signal)}<([^,]*)`).exec(said)?.[1] ?? "-");
    return [{ name, wanted: String(value), value: found, by: flag }];
  });
}

async function overriddenByDropIns(
  asked: readonly Setting[],
  { dropIns }: Kubelet,
  { host }: World,
): Promise<readonly Overridden[]> {
  if (dropIns === undefined) return [];
  const found = new Map<string, Overridden>();
  for (const { name: file } of (await host.list(dropIns)) ?? []) {
    // The kubelet reads *.conf there, in order, the last one wins.
    if (!file.endsWith(".conf")) continue;
    const path = join(dropIns, file);
    const text = (await host.readFile(path))?.bytes.toString("utf8");
    if (text === undefined) continue;
    const values = readConfiguration(text, path);
    for (const setting of asked) {
      const value = valueAt(values, setting.path);
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
        found.set(setting.name, {
          name: setting.name,
          wanted: String(setting.value),
          value: String(value),
          by: path,
        });
    }
  }
  return [...found.values()];
}
