import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { apply, type ApplyResult } from "../../../engine/apply.ts";
import type { AnyKind } from "../../../engine/kind.ts";
import { makePlan, type Plan } from "../../../engine/plan.ts";
import type { Document } from "../../../model/document.ts";
import { folderWorld, type FolderWorld } from "../../harbor-certificate/testing/world.ts";
import type { World } from "../../world.ts";
import { nodeTrust } from "../index.ts";

export const { signal } = new AbortController();

/** NodeTrust alone: what it refers to is read and never carried out. */
export const kinds: readonly AnyKind<World>[] = [
  { ...nodeTrust, schema: { ...nodeTrust.schema, references: () => [] } },
];

/** Texts by absolute path. */
export type Files = Readonly<Record<string, string>>;

export async function machineWith(files: Files, documents: readonly Document[]): Promise<FolderWorld> {
  const machine = await folderWorld(documents);
  for (const [path, text] of Object.entries(files)) {
    const at = join(machine.root, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text);
  }
  return machine;
}

/** Every file of the machine but Moorline's own memory. */
export async function filesOf({ root }: Pick<FolderWorld, "root">): Promise<Files> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  const read = files.map(async (path) => [path.slice(root.length), await readFile(path, "utf8")] as const);
  return Object.fromEntries(
    (await Promise.all(read)).filter(([path]) => !path.startsWith("/var/lib/moorline")),
  );
}

type Direction = "apply" | "remove";

/** Plans the second of two documents: the first is the registry that it refers to. */
export const planOf = (
  { world }: { readonly world: World },
  documents: readonly Document[],
  direction: Direction = "apply",
): Promise<Plan> => makePlan([documents[1] as Document], kinds, world, { direction, signal });

export const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));

export const carryOut = async (
  machine: { readonly world: World },
  documents: readonly Document[],
  direction: Direction = "apply",
): Promise<ApplyResult> => apply(await planOf(machine, documents, direction), kinds, machine.world);
