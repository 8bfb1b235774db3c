import { dirname, resolve } from "node:path";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { runCommand } from "../host/commands.ts";
import type { Entry } from "./kubeconfig-files.ts";
import { execCredentialSchema, type Cluster, type Exec } from "./kubeconfig-schema.ts";

export interface ExecCredential {
  readonly token?: Sensitive;
  readonly certificate?: string;
  readonly privateKey?: Sensitive;
}

export interface ExecOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const knownVersions: ReadonlySet<string> = new Set([
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
]);
/** A credential is a few kilobytes. */
const longestOutput = 256 * 1024;

/**
 * Asks a credential plugin (client.authentication.k8s.io v1beta1 and v1). It gets no terminal: a plugin that must ask a
 * person fails here.
 * @throws KUBECONFIG_EXEC_FAILED, KUBECONFIG_UNSUPPORTED, CANCELLED
 */
export async function execCredential(
  exec: Entry<Exec>,
  cluster: Cluster,
  options: ExecOptions,
): Promise<ExecCredential> {
  const { apiVersion, command, args, env, provideClusterInfo } = exec.value;
  const failed = (reason: string, cause?: unknown) =>
    new MoorlineError("KUBECONFIG_EXEC_FAILED", {
      subject: exec.file,
      parameters: { command, reason },
      cause,
    });
  if (!knownVersions.has(apiVersion)) {
    const parameters = { field: `${exec.field}.apiVersion`, value: apiVersion };
    throw new MoorlineError("KUBECONFIG_UNSUPPORTED", { subject: exec.file, parameters });
  }
  const info = {
    apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(provideClusterInfo === true && { cluster: clusterInfo(cluster) }) },
  };
  const environment = {
    ...options.environment,
    ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  // A path with a slash starts at the kubeconfig's folder, a bare name is looked for on PATH.
  const program = command.includes("/") ? resolve(dirname(exec.file), command) : command;
  const { signal, timeoutMs } = options;
  const result = await runCommand([program, ...(args ?? [])], {
    signal,
    timeoutMs,
    environment,
    maxOutputBytes: longestOutput,
  }).catch((thrown: unknown) => {
    if (thrown instanceof MoorlineError && thrown.code !== "CANCELLED") throw failed(thrown.message, thrown);
    throw thrown;
  });
  if (result.exitCode !== 0) throw failed(result.stderr.trim().slice(-500) || `exit code ${result.exitCode}`);
  return credentialOf(result.stdout, failed);
}

function clusterInfo(cluster: Cluster) {
  return {
    server: cluster.server,
    "certificate-authority-data": cluster["certificate-authority-data"],
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
    "tls-server-name": cluster["tls-server-name"],
  };
}

function credentialOf(stdout: string, failed: (reason: string) => MoorlineError): ExecCredential {
  let document: unknown;
  try {
    document = JSON.parse(stdout);
  } catch {
    // The parser's message would quote the output, which may be a token.
    throw failed("its output is not JSON");
  }
  const parsed = execCredentialSchema.safeParse(document);
  if (!parsed.success) throw failed("its output is no ExecCredential with a status");
  const { token, clientCertificateData, clientKeyData } = parsed.data.status;
  if (!token && !(clientCertificateData && clientKeyData))
    throw failed("it gave neither token nor certificate");
  return {
    ...(token && { token: new Sensitive(token) }),
    ...(clientCertificateData && { certificate: clientCertificateData }),
    ...(clientKeyData && { privateKey: new Sensitive(clientKeyData) }),
  };
}
