import type { KubeSphereApi } from "../../../clients/kubesphere/api.ts";
import { detectKubeSphere } from "../../../clients/kubesphere/detect.ts";
import { readRegistrySecret, registrySecretType } from "../../../clients/kubesphere/registry-secret.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type {
  KubernetesObject,
  Namespace,
  Secret,
  ServiceAccount,
} from "../../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../../clients/kubernetes/resources.ts";
import {
  chooses,
  workspaceLabel,
  type NamespaceFacts,
} from "../../../kinds/project-binding/admission/namespaces.ts";
import { projectBindingSchema, type ProjectBindingSpec } from "../../../kinds/project-binding/schema.ts";
import { MoorlineError } from "../../../model/errors.ts";
import type { Evidence } from "../evidence.ts";
import { aside, ask, evidenceOf } from "./ask.ts";
import { probeBindingStatus, type BindingObject } from "./binding-status.ts";
import { probePathToRegistry, type Resolve } from "./network-policies.ts";
import { nearest } from "./nearest.ts";
import { mayBeStopped, probeValidate, secretName } from "./validate.ts";

export interface ProjectQuestion {
  readonly kubernetes: KubernetesClient;
  readonly namespace: string;
  /** How ks-apiserver is reached; through the cluster's service proxy where absent. */
  readonly api?: KubeSphereApi;
  /** How names of registries are resolved; by this machine where absent. */
  readonly resolve?: Resolve;
}

/** Secrets that Validate is asked about; a project has one or two. */
const mostValidated = 10;

const projectBindings: Resource = {
  group: "moorline.io",
  version: "v1alpha1",
  plural: projectBindingSchema.plural,
  kind: projectBindingSchema.kind,
  namespaced: false,
};

/**
 * What a project (a namespace) has for its pulls: whether it is there and KubeSphere's, its service accounts' pull
 * Secrets, what Validate says of them, and the ProjectBindings that choose it. Its pods are looked at one by one
 * elsewhere.
 * @throws DOCTOR_NO_PROJECT
 */
export async function probeProject(
  question: ProjectQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { kubernetes, namespace: name } = question;
  const subject = `project/${name}`;
  const found: { facts?: NamespaceFacts; isAbsent?: boolean } = {};
  const first = await ask("project", subject, signal, async (stop) => {
    const object = await kubernetes.get<Namespace>(resources.namespaces, { name }, stop);
    found.isAbsent = object === undefined;
    if (object === undefined) return [];
    const facts = { name, labels: object.metadata.labels ?? {} };
    found.facts = facts;
    return [placeOf(facts, subject)];
  });
  const { facts, isAbsent } = found;
  if (isAbsent === true) throw await absent(kubernetes, name, signal);
  if (facts === undefined) return first;
  const answers = await Promise.all([
    ask("pull-secret", subject, signal, (stop) => probeAccounts(kubernetes, name, stop)),
    probeSecrets(question, subject, signal).then(aside),
    ask("binding", subject, signal, (stop) => probeBindings(kubernetes, facts, stop)),
  ]);
  return [...first, ...answers.flat()];
}

async function absent(
  kubernetes: KubernetesClient,
  name: string,
  signal: AbortSignal,
): Promise<MoorlineError> {
  const { items } = await kubernetes
    .listMetadata(resources.namespaces, { signal })
    .catch(() => ({ items: [] }));
  const names = items.flatMap(({ metadata }) => metadata.name ?? []);
  const near = nearest(name, names).join(", ") || "-";
  return new MoorlineError("DOCTOR_NO_PROJECT", { subject: `project/${name}`, parameters: { near } });
}

function placeOf({ labels }: NamespaceFacts, subject: string): Evidence {
  const workspace = labels[workspaceLabel] ?? "";
  const say = evidenceOf("project", subject);
  return workspace === ""
    ? say.fine(
        "the namespace is there, in no workspace of KubeSphere",
        "命名空间存在，不属于 KubeSphere 企业空间",
      )
    : say.fine(`it is there, in the workspace ${workspace}`, `项目存在，属于企业空间 ${workspace}`);
}

/** Secrets that service accounts name: those that are not there, or hold no login, help no pod. */
async function probeAccounts(
  kubernetes: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { items } = await kubernetes.list<ServiceAccount>(resources.serviceAccounts, { namespace, signal });
  const named = new Map<string, string[]>();
  for (const { metadata, imagePullSecrets = [] } of items)
    for (const { name = "" } of imagePullSecrets)
      if (name !== "") named.set(name, [...(named.get(name) ?? []), metadata.name ?? ""]);
  const perSecret = async ([name, accounts]: readonly [string, readonly string[]]): Promise<Evidence> => {
    const secret = await kubernetes.get<Secret>(resources.secrets, { namespace, name }, signal);
    const say = evidenceOf("pull-secret", `Secret/${namespace}/${name}`);
    const of = accounts.join(", ");
    if (secret === undefined)
      return say.wrong(
        "PULL_SECRET_ABSENT",
        `it is not there, and the service accounts ${of} name it`,
        `该密钥不存在，但被服务账户 ${of} 引用`,
      );
    // The kubelet also takes Docker's older form, whose content another check reads.
    if (secret.type === "kubernetes.io/dockercfg") return say.fine("it is there", "存在");
    const { problems } = readRegistrySecret(secret);
    if (problems.includes("wrong-type"))
      return say.wrong("SECRET_TYPE", `its type is ${secret.type ?? "-"}`, `其类型为 ${secret.type ?? "-"}`);
    if (problems.some((p) => p.startsWith("malformed") || p === "no-registry"))
      return say.wrong("SECRET_UNREADABLE", "its content is no registry login", "其内容不是镜像仓库凭证");
    return say.fine(`pods of ${of} pull with it`, `${of} 的 Pod 使用它拉取`);
  };
  return Promise.all([...named].map(perSecret));
}

/**
 * What KubeSphere's console will say of the project's registry Secrets, and which policies stop it; nothing where there
 * is no KubeSphere. Each is asked within its own time: where packets are dropped, Validate takes all of its.
 */
async function probeSecrets(
  question: ProjectQuestion,
  subject: string,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { kubernetes, namespace, api } = question;
  const found: { secrets?: readonly Secret[] } = {};
  const listed = await ask("validate", subject, signal, async (stop) => {
    if (!(await detectKubeSphere(kubernetes, stop)).present) return [];
    const fieldSelector = `type=${registrySecretType}`;
    const { items } = await kubernetes.list<Secret>(resources.secrets, {
      namespace,
      fieldSelector,
      signal: stop,
    });
    found.secrets = items;
    return [];
  });
  const { secrets = [] } = found;
  const validated = secrets.slice(0, mostValidated);
  const answers = await Promise.all(
    validated.map((secret) => probeValidate({ kubernetes, secret, ...(api && { api }) }, signal)),
  );
  const unreached = validated.filter((_, index) => answers[index]?.some(mayBeStopped));
  const left = secrets
    .slice(mostValidated)
    .map((secret) =>
      evidenceOf("validate", secretName(secret)).unknown(
        `only the first ${mostValidated} Secrets were validated`,
        `仅验证了前 ${mostValidated} 个密钥`,
      ),
    );
  return [...listed, ...answers.flat(), ...left, ...(await probePaths(question, unreached, signal))];
}

/** The policies between ks-apiserver and the registries that it did not reach, each registry once. */
async function probePaths(
  { kubernetes, resolve }: ProjectQuestion,
  secrets: readonly Secret[],
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const registries = new Set(secrets.map((secret) => readRegistrySecret(secret).entries[0]?.key ?? ""));
  const answers = await Promise.all(
    [...registries].map((registry) =>
      ask("network-policy", registry, signal, (stop) =>
        probePathToRegistry({ kubernetes, registry, ...(resolve && { resolve }) }, stop),
      ),
    ),
  );
  const all = answers.flat();
  // Two registries may be stopped by one policy, in the same words for the DNS.
  return all.filter((one, index) => index === all.findIndex((other) => isSame(one, other)));
}

const isSame = (one: Evidence, other: Evidence): boolean =>
  one.subject === other.subject &&
  one.outcome === other.outcome &&
  JSON.stringify(one.told) === JSON.stringify(other.told);

async function probeBindings(
  kubernetes: KubernetesClient,
  facts: NamespaceFacts,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  if (!(await kubernetes.serves(projectBindings, signal))) return [];
  const { items } = await kubernetes.list<BindingObject>(projectBindings, { signal });
  const choosing = items.flatMap((object) => {
    const spec = projectBindingSchema.spec.safeParse(object.spec);
    // A document that is not valid is told by whoever admits or applies it; a cluster of its own has other namespaces.
    if (!spec.success || spec.data.cluster !== undefined || !chooses(spec.data, facts)) return [];
    return [{ object, spec: spec.data }];
  });
  const answers = await Promise.all(
    choosing.map(async ({ object, spec }) => [
      ...probeBindingStatus(object, facts.name),
      ...(await probeLinks(kubernetes, facts.name, spec, signal)),
    ]),
  );
  return answers.flat();
}

/** Whether the service accounts that a binding links name its Secret. */
async function probeLinks(
  kubernetes: KubernetesClient,
  namespace: string,
  { secret }: ProjectBindingSpec,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const perAccount = async (name: string): Promise<readonly Evidence[]> => {
    const account = await kubernetes.get<ServiceAccount & KubernetesObject>(
      resources.serviceAccounts,
      { namespace, name },
      signal,
    );
    // An account that is not there runs no pods.
    if (account === undefined) return [];
    const say = evidenceOf("binding", `ServiceAccount/${namespace}/${name}`);
    const isLinked = account.imagePullSecrets?.some((each) => each.name === secret.name) === true;
    return [
      isLinked
        ? say.fine(`it names ${secret.name}`, `已关联 ${secret.name}`)
        : say.wrong("SERVICE_ACCOUNT_UNLINKED", `it does not name ${secret.name}`, `未关联 ${secret.name}`),
    ];
  };
  return (await Promise.all(secret.serviceAccounts.map(perAccount))).flat();
}
