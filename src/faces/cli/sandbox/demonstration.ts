import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localHost } from "../../../clients/host/local.ts";
import { apply, type ApplyResult } from "../../../engine/apply.ts";
import { makePlan, summarise } from "../../../engine/plan.ts";
import { clusterKinds, kinds, nodeKinds } from "../../../kinds/registry.ts";
import { resolveTrust } from "../../../kinds/shared/trust-source.ts";
import { documentSet, type DocumentSet } from "../../../model/document-set.ts";
import type { Document } from "../../../model/document.ts";
import { message, render } from "../../../text/message.ts";
import type { Invocation } from "../command.ts";
import { readDocumentsAt } from "../input.ts";
import { painter } from "../paint.ts";
import { Progress, showResult } from "../progress.ts";
import { showPlan } from "../show-plan.ts";
import { openWorld, type OpenWorld } from "../world.ts";
import type { SandboxIdentity } from "./identity.ts";
import type { SandboxServers } from "./servers.ts";
import { validate } from "./validate.ts";

export interface Demonstration {
  readonly invocation: Invocation;
  readonly servers: SandboxServers;
  readonly identity: SandboxIdentity;
  readonly data: string;
  /** The folder of documents. */
  readonly quickstart: string;
}

/**
 * Applies the quickstart to the sandbox, on the cluster and on three nodes, and shows every proof.
 * @returns whether everything was proved and a second apply has nothing to do
 */
export async function demonstrate(demonstration: Demonstration): Promise<boolean> {
  const { invocation, quickstart } = demonstration;
  const { io, language } = invocation;
  const documents = await readDocumentsAt([quickstart], io);
  const { set } = documentSet(
    documents,
    kinds.map((k) => k.schema),
  );
  await using world = worldOf(demonstration, set);
  io.out(`\n${render(message("sandbox.applying", { path: quickstart }), language)}\n\n`);
  const result = await run(documents, world, invocation, clusterKinds);
  await keepAuthority(demonstration, world);
  const validated = await pressValidate(demonstration);
  io.out(`\n${render(message("sandbox.nodes"), language)}\n\n`);
  const nodes: ApplyResult[] = [];
  for (const node of ["node-1", "node-2", "node-3"]) {
    const root = prepareNode(join(demonstration.data, "nodes", node));
    await using nodeWorld = worldOf(demonstration, set, root);
    nodes.push(await run(documents, nodeWorld, invocation, nodeKinds, node));
  }
  const again = summarise(
    await makePlan(documents, kinds, world, { only: clusterKinds, signal: io.stopping }),
  );
  io.out(`${render(message("sandbox.again", { steps: again.steps + again.waiting }), language)}\n`);
  return (
    result.ok && validated && nodes.every((n) => n.ok) && again.steps + again.waiting + again.failed === 0
  );
}

async function run(
  documents: readonly Document[],
  world: OpenWorld,
  { io, language }: Invocation,
  only: readonly string[],
  heading?: string,
): Promise<ApplyResult> {
  const plan = await makePlan(documents, kinds, world, { only, signal: io.stopping });
  if (heading === undefined)
    io.out(`${showPlan(plan, { language, paint: painter(io.colours), all: false })}\n`);
  else io.out(`${painter(io.colours).bold(heading)}\n`);
  const progress = new Progress(io, language);
  const result = await apply(plan, kinds, world, {
    stopping: io.stopping,
    signal: io.signal,
    onEvent: heading === undefined ? progress.onEvent : () => undefined,
  });
  progress.close();
  io.out(`${showResult(result, io, language)}\n`);
  return result;
}

function worldOf(
  { invocation, servers, identity }: Demonstration,
  set: DocumentSet,
  root?: string,
): OpenWorld {
  const environment = {
    ...invocation.io.environment,
    HARBOR_USERNAME: "admin",
    HARBOR_PASSWORD: identity.harborPassword.reveal(),
  };
  return openWorld({
    io: { ...invocation.io, environment },
    documents: set,
    kubeconfig: servers.kubeconfig,
    ...(root === undefined ? {} : { host: localHost({ root }) }),
  });
}

/** Shows what KubeSphere's console would say of one project's Secret. */
async function pressValidate({ invocation, servers, identity }: Demonstration): Promise<boolean> {
  const { io, language } = invocation;
  const at = { namespace: "shop-web", name: "harbor" };
  const { ok, words } = await validate(servers, identity, at, io.signal);
  const paint = painter(io.colours);
  const said = ok ? paint.green(`✓ ${render(words, language)}`) : paint.red(`✗ ${render(words, language)}`);
  const secret = `${at.namespace}/${at.name}`;
  io.out(`${render(message("sandbox.validate", { secret }), language)} ${said}\n`);
  return ok;
}

/** A folder that looks like a node with containerd and docker. What `node apply` wrote there before stays. */
function prepareNode(root: string): string {
  for (const folder of ["etc/containerd", "etc/docker", "run/containerd", "var/lib"])
    mkdirSync(join(root, folder), { recursive: true });
  const config = join(root, "etc/containerd/config.toml");
  try {
    writeFileSync(
      config,
      'version = 2\n\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n',
      { flag: "wx" },
    );
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
  }
  return root;
}

/** Writes the CA that Harbor's certificate is signed by to where a visitor's tools can be pointed at it. */
async function keepAuthority(
  { data, quickstart, invocation }: Demonstration,
  world: OpenWorld,
): Promise<void> {
  const pem = await resolveTrust({ certificate: "harbor" }, quickstart, world, invocation.io.signal);
  writeFileSync(join(data, "ca.crt"), pem);
}
