import { findApiServer } from "../../../clients/kubesphere/api-server.ts";
import { serviceProxyApi, type KubeSphereApi } from "../../../clients/kubesphere/api.ts";
import {
  readRegistrySecret,
  registrySecretKey,
  type RenderedSecret,
  type SecretProblem,
} from "../../../clients/kubesphere/registry-secret.ts";
import { verifyRegistrySecret } from "../../../clients/kubesphere/verify-secret.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { Deployment, Secret } from "../../../clients/kubernetes/object.ts";
import { isError, type MoorlineError } from "../../../model/errors.ts";
import type { LiveSign } from "../../causes/cause.ts";
import type { Evidence } from "../evidence.ts";
import { ask, evidenceOf } from "./ask.ts";

export interface ValidateQuestion {
  readonly kubernetes: KubernetesClient;
  readonly secret: Secret;
  /** How ks-apiserver is reached; through the cluster's service proxy where absent. */
  readonly api?: KubeSphereApi;
}

/**
 * What KubeSphere's Validate button will say of a Secret, and why: first what the Secret itself decides, then
 * ks-apiserver's own answer. Where it does not answer this account, only the former is known. Never throws but for an
 * aborted signal.
 */
export async function probeValidate(
  { kubernetes, secret, api = serviceProxyApi(kubernetes) }: ValidateQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const subject = secretName(secret);
  const foretold = foretell(secret);
  if (foretold !== undefined) return [foretold];
  return ask("validate", subject, signal, async (stop) => {
    const down = await probeApiServer(kubernetes, stop);
    if (down !== undefined) return [down];
    try {
      const { ok, message } = await verifyRegistrySecret(api, secret as RenderedSecret, stop);
      return [ok ? green(subject) : red(subject, message)];
    } catch (thrown) {
      if (!isError(thrown, "KUBESPHERE_UNAUTHORIZED", "KUBESPHERE_FORBIDDEN", "KUBESPHERE_UNREACHABLE"))
        throw thrown;
      return [notAsked(subject, thrown)];
    }
  });
}

export const secretName = ({ metadata }: Secret): string =>
  `Secret/${metadata.namespace ?? ""}/${metadata.name ?? ""}`;

const fatal: readonly (readonly [SecretProblem, LiveSign, string, string])[] = [
  [
    "wrong-type",
    "SECRET_TYPE",
    "its type is not kubernetes.io/dockerconfigjson",
    "类型不是 kubernetes.io/dockerconfigjson",
  ],
  [
    "malformed-base64",
    "SECRET_UNREADABLE",
    `its ${registrySecretKey} is not base64`,
    `${registrySecretKey} 不是 base64`,
  ],
  [
    "malformed-json",
    "SECRET_UNREADABLE",
    `its ${registrySecretKey} is no JSON`,
    `${registrySecretKey} 不是 JSON`,
  ],
  ["no-registry", "SECRET_UNREADABLE", "its auths are empty", "auths 为空"],
];

/** What the Secret alone decides (facts/kubesphere.md §2.3); undefined where the registry has the word. */
function foretell(secret: Secret): Evidence | undefined {
  const say = evidenceOf("validate", secretName(secret));
  const { entries, problems } = readRegistrySecret(secret);
  const found = fatal.find(([problem]) => problems.includes(problem));
  if (found !== undefined) {
    const [, sign, en, zh] = found;
    return say.wrong(sign, `Validate will be red: ${en}`, `“验证”将失败：${zh}`);
  }
  const key = entries[0]?.key ?? "";
  if (/^https?:\/\//.test(key)) return undefined;
  return say.wrong(
    "SECRET_KEY",
    `Validate will ask Docker Hub: the key ${key} has no https://`,
    `“验证”会访问 Docker Hub：键 ${key} 没有 https://`,
  );
}

/** Without it the button can say nothing; pulls go on. */
async function probeApiServer(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const found = await visible(() => findApiServer(kubernetes, signal));
  const { spec, status } = found ?? {};
  // A Deployment without a status was never looked at by its controller, which proves nothing.
  const isDown = status?.observedGeneration !== undefined && (status.readyReplicas ?? 0) === 0;
  if (found === undefined || !isDown) return undefined;
  return evidenceOf("validate", "Deployment/kubesphere-system/ks-apiserver").wrong(
    "VALIDATE_KUBESPHERE_DOWN",
    `none of its ${spec?.replicas ?? 1} pods is ready`,
    `${spec?.replicas ?? 1} 个 Pod 均未就绪`,
  );
}

async function visible(work: () => Promise<Deployment | undefined>): Promise<Deployment | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (isError(thrown, "KUBERNETES_FORBIDDEN")) return undefined;
    throw thrown;
  }
}

const green = (subject: string): Evidence =>
  evidenceOf("validate", subject).fine(
    "Validate will be green: TLS and login are in order (the right to pull is not asked)",
    "“验证”将通过：TLS 与登录正常（不检查拉取权限）",
  );

/** go-containerregistry's and Go's own words, which are the same in every version. */
const reasons: readonly (readonly [RegExp, LiveSign, string, string])[] = [
  [
    /x509: certificate signed by unknown authority/,
    "VALIDATE_CA_UNKNOWN",
    "ks-apiserver does not know the registry's CA; nodes may",
    "ks-apiserver 不信任该镜像仓库的 CA；节点可能信任",
  ],
  [/index\.docker\.io/, "SECRET_KEY", "ks-apiserver asked Docker Hub", "ks-apiserver 访问了 Docker Hub"],
  [
    /UNAUTHORIZED|401 Unauthorized|status code 401/,
    "VALIDATE_LOGIN_REFUSED",
    "the registry refuses the login",
    "镜像仓库拒绝该登录",
  ],
];

function red(subject: string, message: string): Evidence {
  const known = reasons.find(([pattern]) => pattern.test(message));
  if (known !== undefined) {
    const [, sign, en, zh] = known;
    return evidenceOf("validate", subject).wrong(sign, `Validate is red: ${en}`, `“验证”失败：${zh}`);
  }
  const told = { en: `Validate is red: ${message}`, zh: `“验证”失败：${message}` };
  return { probe: "validate", subject, outcome: "wrong", message, told };
}

/** Whether ks-apiserver may not have reached the registry: nothing was told, or words of a way that was cut. */
export const mayBeStopped = ({ outcome, sign, message = "" }: Evidence): boolean =>
  outcome === "unknown" ||
  (outcome === "wrong" &&
    sign === undefined &&
    /dial tcp|lookup |i\/o timeout|deadline exceeded|Client\.Timeout|no route to host/.test(message));

function notAsked(subject: string, { code }: MoorlineError): Evidence {
  return evidenceOf("validate", subject).unknown(
    `ks-apiserver does not answer this account (${code}); nothing in the Secret itself makes Validate red`,
    `ks-apiserver 未应答当前账户（${code}）；密钥本身没有会导致“验证”失败的问题`,
  );
}
