import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { ClientCertificate, TlsOptions } from "../http/tls-options.ts";
import type { Authorization, ClusterConfig } from "./config.ts";
import { execCredential } from "./exec-credential.ts";
import {
  inlineOrFile,
  invalid,
  kubeconfigOfText,
  readKubeconfigs,
  readReferenced,
  type Entry,
  type MergedKubeconfig,
} from "./kubeconfig-files.ts";
import type { Cluster, Context, User } from "./kubeconfig-schema.ts";

export interface KubeconfigOptions {
  /** A file named by the user; it must exist. Otherwise KUBECONFIG, then ~/.kube/config. */
  readonly path?: string | undefined;
  /** Otherwise the file's current-context. */
  readonly context?: string | undefined;
  /** The process environment; credential plugins inherit it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Limit of a credential plugin; default 30 s. */
  readonly execTimeoutMs?: number;
}

/**
 * Reads a kubeconfig.
 * @throws KUBECONFIG_MISSING, KUBECONFIG_UNREADABLE, KUBECONFIG_INVALID, KUBECONFIG_CONTEXT_UNKNOWN,
 *   KUBECONFIG_UNSUPPORTED, KUBECONFIG_EXEC_FAILED
 */
export async function loadKubeconfig(options: KubeconfigOptions): Promise<ClusterConfig> {
  const config = await read(options);
  if (!config) throw missing(options);
  return configOf(config, options);
}

/**
 * Reads a kubeconfig that lies in an object of a cluster: who may write it must not reach this machine by it, so it
 * holds all that it needs in itself, and names neither files nor programs.
 * @param source what messages call it: `Secret/moorline/member-1 (kubeconfig)`
 * @throws KUBECONFIG_INVALID, KUBECONFIG_CONTEXT_UNKNOWN, KUBECONFIG_UNSUPPORTED
 */
export async function containedKubeconfig(
  text: string,
  source: string,
  context: string | undefined,
): Promise<ClusterConfig> {
  const config = kubeconfigOfText(text, source);
  const { cluster, user } = chosen(config, context);
  const outside = [
    ...["certificate-authority"].map((field) => [cluster, field] as const),
    ...["client-certificate", "client-key", "tokenFile", "exec"].map((field) => [user, field] as const),
  ];
  for (const [entry, field] of outside) {
    const value = (entry.value as Readonly<Record<string, unknown>>)[field];
    if (value === undefined || value === "") continue;
    const parameters = { field: `${entry.field}.${field}`, value: typeof value === "string" ? value : "-" };
    throw new MoorlineError("KUBECONFIG_UNSUPPORTED", { subject: source, parameters });
  }
  return configOf(config, { context, environment: {} });
}

function candidates(options: KubeconfigOptions): readonly string[] {
  if (options.path !== undefined) return [resolve(options.path)];
  const listed = (options.environment["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  if (listed.length > 0) return listed.map((path) => resolve(path));
  return [join(options.environment["HOME"] ?? homedir(), ".kube", "config")];
}

const read = (options: KubeconfigOptions) => readKubeconfigs(candidates(options), options.path !== undefined);

const missing = (options: KubeconfigOptions) =>
  new MoorlineError("KUBECONFIG_MISSING", { subject: candidates(options).join(delimiter) });

async function configOf(config: MergedKubeconfig, options: KubeconfigOptions): Promise<ClusterConfig> {
  const { name, context, cluster, user } = chosen(config, options.context);
  const { server } = cluster.value;
  if (!server)
    throw invalid(cluster.file, `${cluster.field}.server`, { en: "it is missing", zh: "缺少该字段" });
  refuseUnsupported(cluster, user);
  const { certificate, authorization } = await identityOf(user, cluster, options);
  return {
    server: server.replace(/\/+$/, ""),
    tls: { ...(await trustOf(cluster)), ...(certificate && { clientCertificate: certificate }) },
    namespace: context.value.namespace || "default",
    source: `${context.file} (context ${name})`,
    ...(authorization && { authorization }),
  };
}

function chosen(config: MergedKubeconfig, wanted: string | undefined) {
  const name = wanted ?? config.currentContext;
  const context = config.contexts.get(name ?? "");
  if (name === undefined || !context) {
    throw new MoorlineError("KUBECONFIG_CONTEXT_UNKNOWN", {
      subject: config.files.join(delimiter),
      parameters: { context: name ?? "-", known: [...config.contexts.keys()].join(", ") || "-" },
    });
  }
  const cluster = config.clusters.get(context.value.cluster);
  if (!cluster) throw dangling(context, "cluster", context.value.cluster);
  const user = config.users.get(context.value.user);
  if (!user && context.value.user !== "") throw dangling(context, "user", context.value.user);
  return { name, context, cluster, user: user ?? { value: {}, file: context.file, field: "users" } };
}

const dangling = (context: Entry<Context>, kind: "cluster" | "user", name: string) =>
  invalid(context.file, `${context.field}.${kind}`, {
    en: `there is no ${kind} named ${name}`,
    zh: `不存在名为 ${name} 的 ${kind}`,
  });

function refuseUnsupported(cluster: Entry<Cluster>, user: Entry<User>): void {
  const refuse = (entry: Entry<unknown>, field: string, value: string) => {
    const parameters = { field: `${entry.field}.${field}`, value };
    throw new MoorlineError("KUBECONFIG_UNSUPPORTED", { subject: entry.file, parameters });
  };
  const proxy = cluster.value["proxy-url"];
  // A proxy's URL may hold a password.
  if (proxy) refuse(cluster, "proxy-url", proxy.replace(/\/\/[^/@]*@/, "//"));
  if (user.value["auth-provider"]) refuse(user, "auth-provider", "-");
  // Acting as oneself instead of as the user who was named would do the right things with the wrong rights.
  if (user.value.as) refuse(user, "as", user.value.as);
}

async function trustOf(cluster: Entry<Cluster>): Promise<TlsOptions> {
  const ca = await inlineOrFile(cluster, "certificate-authority");
  const insecure = cluster.value["insecure-skip-tls-verify"] === true;
  if (ca !== undefined && insecure) {
    throw invalid(cluster.file, `${cluster.field}.insecure-skip-tls-verify`, {
      en: "it contradicts the certificate-authority given beside it",
      zh: "与同时给出的 certificate-authority 矛盾",
    });
  }
  const serverName = cluster.value["tls-server-name"];
  return {
    ...(ca !== undefined && { ca }),
    ...(serverName && { serverName }),
    ...(insecure && { insecureSkipVerify: true as const }),
  };
}

interface Identity {
  readonly certificate?: ClientCertificate;
  readonly authorization?: Authorization;
}

/** The order of client-go: certificates always; then token, tokenFile, basic; a plugin where none of them is. */
async function identityOf(
  user: Entry<User>,
  cluster: Entry<Cluster>,
  options: KubeconfigOptions,
): Promise<Identity> {
  const [certificate, key] = await Promise.all([
    inlineOrFile(user, "client-certificate"),
    inlineOrFile(user, "client-key"),
  ]);
  if ((certificate === undefined) !== (key === undefined)) {
    const field = certificate === undefined ? "client-certificate" : "client-key";
    throw invalid(user.file, `${user.field}.${field}`, {
      en: "certificate and key belong together, and only one is given",
      zh: "证书与私钥必须同时提供，目前只有其一",
    });
  }
  const pair = certificate !== undefined &&
    key !== undefined && {
      certificate: { certificate, privateKey: new Sensitive(key) },
    };
  const { token, tokenFile, username, password, exec } = user.value;
  if (tokenFile) {
    const path = resolve(dirname(user.file), tokenFile);
    return { ...pair, authorization: async () => bearer((await readReferenced(path)).trim()) };
  }
  if (token) return { ...pair, authorization: fixed(bearer(token)) };
  if (username) return { ...pair, authorization: fixed(basic(username, password ?? "")) };
  if (exec)
    return {
      ...pair,
      ...(await pluginIdentity({ ...user, value: exec, field: `${user.field}.exec` }, cluster, options)),
    };
  return { ...pair };
}

async function pluginIdentity(
  exec: Parameters<typeof execCredential>[0],
  cluster: Entry<Cluster>,
  options: KubeconfigOptions,
): Promise<Identity> {
  const ask = (signal: AbortSignal) => {
    const { environment, execTimeoutMs: timeoutMs = 30_000 } = options;
    return execCredential(exec, cluster.value, { environment, signal, timeoutMs });
  };
  const first = await ask(options.signal ?? new AbortController().signal);
  const certificate = first.certificate !== undefined &&
    first.privateKey && { certificate: { certificate: first.certificate, privateKey: first.privateKey } };
  if (!first.token) return { ...certificate };
  let header = bearer(first.token.reveal());
  const authorization: Authorization = async (signal, refused) => {
    // Many requests are refused at once when a token runs out; the plugin is asked for the first of them.
    if (refused !== header) return header;
    const fresh = await ask(signal);
    if (fresh.token) header = bearer(fresh.token.reveal());
    return header;
  };
  return { ...certificate, authorization };
}

const bearer = (token: string) => new Sensitive(`Bearer ${token}`);
const basic = (username: string, password: string) =>
  new Sensitive(`Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`);
const fixed =
  (header: Sensitive): Authorization =>
  () =>
    Promise.resolve(header);
