import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localHost } from "../../../clients/host/local.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { Clock } from "../../../engine/world.ts";
import { nameOf, type Document } from "../../../model/document.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { systemRandomBytes } from "../../../pki/serial.ts";
import type { World } from "../../world.ts";

/** A machine in a folder, without a cluster unless one is given. */
export interface FolderWorld extends AsyncDisposable {
  readonly world: World;
  readonly root: string;
  /** Changes which documents there are. */
  give(documents: readonly Document[]): void;
  /** Moves the clock. */
  at(time: Date): void;
}

export async function folderWorld(
  given: readonly Document[],
  more: { readonly kubernetes?: KubernetesClient; readonly environment?: Record<string, string> } = {},
): Promise<FolderWorld> {
  const root = await mkdtemp(join(tmpdir(), "moorline-kind-"));
  let documents = given;
  let now = new Date("2026-06-01T00:00:00Z");
  const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
  const unused = (): never => {
    throw new MoorlineError("INTERNAL", { subject: "test", parameters: { reason: "no such part" } });
  };
  const world: World = {
    clock,
    random: { bytes: systemRandomBytes, fraction: () => 0.5 },
    documents: { find: (r) => documents.find((d) => nameOf(d) === `${r.kind}/${r.name}`) },
    environment: (name) => more.environment?.[name],
    host: localHost({ root }),
    documentsHost: localHost({ root }),
    openHost: () => Promise.resolve(localHost({ root })),
    kubernetes: () =>
      more.kubernetes === undefined
        ? Promise.reject(new MoorlineError("KUBECONFIG_MISSING", { subject: "test" }))
        : Promise.resolve(more.kubernetes),
    cluster: unused,
    endpoint: unused,
  };
  return {
    world,
    root,
    give: (others) => {
      documents = others;
    },
    at: (time) => {
      now = time;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** A document as the parser would give it: defaults filled in. */
export function documentOf<S>(
  schema: { readonly kind: string; readonly spec: { parse(value: unknown): S } },
  name: string,
  spec: unknown,
): Document<S> {
  return {
    apiVersion: "moorline.io/v1alpha1",
    kind: schema.kind,
    metadata: { name, labels: {}, annotations: {} },
    spec: schema.spec.parse(spec),
    source: { name: `${name}.yaml`, line: 1, column: 1, directory: "/docs" },
  };
}
