import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { moorline, type Answer } from "../../src/faces/cli/testing/test-io.ts";
import type { Clock } from "../../src/sandbox/harbor/clock.ts";
import { rigAddresses } from "../addresses.ts";
import { connectApi } from "../api.ts";
import { rigLayout } from "../layout.ts";
import { runPod, type PodOutcome } from "../pods.ts";
import {
  administratorAccount,
  putPullSecret,
  startRigHarbor,
  type Account,
  type RigHarbor,
} from "./harbor.ts";

const rig = rigAddresses();
const examinations = z.array(z.object({ findings: z.array(z.object({ code: z.string() })) }));
const report = z.object({ causes: z.array(z.object({ code: z.string() })) });

/** Codes, the first first; of a healthy system none. */
export type Codes = readonly string[];

/** A Harbor with a private project, its robot in a pull Secret, and documents of it and of the node: all that a fault is planted in. */
export interface DoctorSite extends AsyncDisposable {
  readonly harbor: RigHarbor;
  /** `name:port`, which no other test knows. */
  readonly host: string;
  /** It is there, and the robot may pull it. */
  readonly image: string;
  readonly robot: Account;
  readonly namespace: string;
  /** Writes the pull Secret anew. */
  putSecret(account: Account): Promise<void>;
  /** Has the real kubelet pull, with that Secret. */
  pod(image?: string): Promise<PodOutcome>;
  /** A command line of Moorline's over this site's documents. */
  run(words: readonly string[]): Promise<Answer>;
  /** What the doctor finds; with `-f` where it is to read the documents. */
  doctor(words: readonly string[]): Promise<Codes>;
  /** What logs tell. */
  logs(words: readonly string[], stdin?: string): Promise<Codes>;
  /** Path of the registry's document alone. */
  readonly registry: string;
  /** Path of that document and the node's. */
  readonly documents: string;
}

/** @param title how the names of its namespace and of its project begin */
export async function startDoctorSite(title: string): Promise<DoctorSite> {
  // A namespace of the run before may still be going away.
  const name = `${title}-${randomBytes(3).toString("hex")}`;
  await using stack = new AsyncDisposableStack();
  const harbor = stack.use(await startRigHarbor(undefined, impatientClock()));
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-doctor-"));
  stack.defer(() => rm(folder, { recursive: true }));
  stack.defer(() => rm(join(rig.certsDirectory, harbor.host), { recursive: true, force: true }));
  stack.defer(() => deleteNamespace(name));
  await harbor.createProject(name);
  await harbor.push(`${name}/app:1`);
  const robot = await harbor.createPullRobot(name, "puller");
  const image = `${harbor.host}/${name}/app:1`;
  const [registry, documents] = [join(folder, "registry.yaml"), join(folder, "documents.yaml")];
  const registryText = registryDocument(harbor.host);
  await writeFile(registry, registryText);
  await writeFile(documents, `${registryText}---\n${nodeDocument(join(folder, "state"))}`);
  const putSecret = async (account: Account): Promise<void> =>
    putPullSecret(name, "pull", harbor.host, account);
  await putSecret(robot);
  const environment = {
    HARBOR_USERNAME: administratorAccount.name,
    HARBOR_PASSWORD: administratorAccount.secret,
  };
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const run: DoctorSite["run"] = async (words) => moorline(words, { environment, clock });
  const owned = stack.move();
  return {
    harbor,
    host: harbor.host,
    image,
    robot,
    namespace: name,
    registry,
    documents,
    putSecret,
    pod: async (wanted = image) => runPod({ image: wanted, namespace: name, pullSecret: "pull", keep: true }),
    run,
    doctor: async (words) => {
      const places = ["--kubeconfig", rig.kubeconfigPath, "--ca", rig.registryAuthorityPath];
      const { code, out, err } = await run(["doctor", ...words, "-o", "json", ...places]);
      const codes = examinations.parse(JSON.parse(out || `"${err}"`)).flatMap(codesOf);
      // Nothing found, and nothing left unasked either.
      if (codes.length === 0 && code !== 0) throw new Error(out);
      return codes;
    },
    logs: async (words, stdin) => {
      const { out, err } = await moorline(["logs", ...words, "-o", "json"], {
        clock,
        ...(stdin !== undefined && { stdin }),
      });
      return report.parse(JSON.parse(out || `"${err}"`)).causes.map(({ code }) => code);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const codesOf = ({ findings }: { readonly findings: readonly { readonly code: string }[] }): Codes =>
  findings.map(({ code }) => code);

const apiVersion = "moorline.io/v1alpha1";

const registryDocument = (host: string): string =>
  stringify({
    apiVersion,
    kind: "HarborRegistry",
    metadata: { name: "harbor" },
    spec: {
      url: `https://${host}`,
      credential: { environment: {} },
      tls: { ca: { file: rig.registryAuthorityPath } },
    },
  });

const nodeDocument = (state: string): string =>
  stringify({
    apiVersion,
    kind: "NodeTrust",
    metadata: { name: "nodes" },
    spec: {
      registry: "harbor",
      runtimes: ["containerd"],
      // This machine, by the name that the cluster has for it.
      nodes: [{ name: rig.nodeName }],
      paths: {
        containerdConfig: rig.containerdConfigPath,
        containerdSocket: rig.containerdSocket,
        state,
      },
      // config_path is set on the rig: nothing needs a restart, and others pull here meanwhile.
      restart: { containerd: "never" },
    },
  });

async function deleteNamespace(name: string): Promise<void> {
  await using api = connectApi(rigLayout());
  await api.call("DELETE", `/api/v1/namespaces/${name}`);
}

/** Goes on by what Harbor waits after each wrong password (facts/harbor.md §1): containerd tries ten times. */
function impatientClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep: async (milliseconds) => void (ahead += milliseconds),
  };
}
