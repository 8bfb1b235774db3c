import { request as plainRequest, STATUS_CODES, type IncomingMessage } from "node:http";
import { request as tlsRequest, type RequestOptions } from "node:https";
import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import type { Sensitive } from "../../../model/sensitive.ts";
import { certificateProblem, connectionProblem, nameProblem, noSuchHost } from "./go-errors.ts";
import { isLocal, type RegistryLocation } from "./location.ts";

/** A registry's answer, read whole. */
export interface RegistryAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface RegistryAccess {
  readonly location: RegistryLocation;
  readonly credential: { readonly username: string; readonly password: Sensitive } | undefined;
  readonly skipsVerification: boolean;
  /** The roots trusted, PEM. */
  readonly trust: readonly string[];
  readonly now: Date;
}

const limitMilliseconds = 10_000;
const mostBytes = 4 * 1024 * 1024;
// The sandbox's world has no Docker Hub: it stays on this machine.
const unreachable = new Set(["index.docker.io", "registry-1.docker.io", "auth.docker.io"]);

/** One request as Go's http.Client makes it. @throws Error worded as Go's, `Get "https://…": …` */
export async function fetchAsGo(
  access: RegistryAccess,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<RegistryAnswer> {
  try {
    return await send(access, url, headers);
  } catch (error) {
    const reason = error instanceof Error ? await explain(error, url, access.now) : "EOF";
    throw new Error(`Get "${url.href}": ${reason}`, { cause: error });
  }
}

function send(
  access: RegistryAccess,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<RegistryAnswer> {
  if (unreachable.has(url.hostname)) return Promise.reject(new Error(noSuchHost(url.hostname)));
  const isTls = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const outgoing = (isTls ? tlsRequest : plainRequest)(url, {
      headers,
      agent: false,
      signal: AbortSignal.timeout(limitMilliseconds),
      ...(isTls ? tlsOptions(access) : {}),
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      readAll(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        reject,
      );
    });
    outgoing.end();
  });
}

// Verified before anything is sent; not at all only where the Secret's annotation asks for that, as ks-apiserver does.
function tlsOptions(access: RegistryAccess): RequestOptions {
  return {
    ca: [...access.trust],
    rejectUnauthorized: !access.skipsVerification,
    checkServerIdentity: (host, certificate) => {
      const problem = nameProblem(certificate.subjectaltname ?? "", host);
      return problem === undefined ? undefined : new Error(problem);
    },
  };
}

async function explain(error: NodeJS.ErrnoException, url: URL, now: Date): Promise<string> {
  const host = url.hostname.replaceAll(/[[\]]/g, "");
  const standardPort = url.protocol === "https:" ? 443 : 80;
  const port = url.port === "" ? standardPort : Number(url.port);
  const isDate = error.code === "CERT_HAS_EXPIRED" || error.code === "CERT_NOT_YET_VALID";
  const certificate = isDate ? await peerCertificate(host, port) : undefined;
  return certificateProblem(error.code ?? "", certificate, now) ?? connectionProblem(error, host, port);
}

// Reads the certificate that was refused, to tell its dates; nothing else is exchanged.
function peerCertificate(host: string, port: number): Promise<PeerCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    socket.setTimeout(limitMilliseconds, () => socket.destroy());
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.once("error", () => resolve(undefined));
    socket.once("close", () => resolve(undefined));
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new Error("http: request body too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A session with a registry: who to be, and over which scheme. */
export interface RegistrySession {
  readonly access: RegistryAccess;
  readonly scheme: "https" | "http";
  readonly authorization: string | undefined;
}

/**
 * What go-containerregistry's transport does first: asks /v2/, and gets a token for the scopes where the registry wants one.
 * @throws Error in its words
 */
export async function openSession(
  access: RegistryAccess,
  scopes: readonly string[],
): Promise<RegistrySession> {
  const { scheme, answer } = await ping(access);
  const challenge = answer.headers["www-authenticate"] ?? "";
  const basic = basicHeader(access);
  if (answer.status !== 401 || !/^bearer/i.test(challenge))
    return { access, scheme, authorization: answer.status === 401 ? basic : undefined };
  const parameters = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const url = new URL(parameters["realm"] ?? "");
  for (const scope of scopes) url.searchParams.append("scope", scope);
  url.searchParams.append("service", parameters["service"] ?? "");
  const token = await fetchAsGo(access, url, basic === undefined ? {} : { authorization: basic });
  requireOk(token, url);
  const body = JSON.parse(token.text) as { token?: string; access_token?: string };
  return { access, scheme, authorization: `Bearer ${body.token ?? body.access_token ?? ""}` };
}

async function ping(access: RegistryAccess): Promise<{ scheme: "https" | "http"; answer: RegistryAnswer }> {
  const { host, allowsPlainHttp } = access.location;
  const schemes = allowsPlainHttp || isLocal(host) ? (["https", "http"] as const) : (["https"] as const);
  const problems: Error[] = [];
  for (const scheme of schemes) {
    try {
      const url = new URL(`${scheme}://${host}/v2/`);
      const answer = await fetchAsGo(access, url, {});
      if (answer.status !== 200 && answer.status !== 401) requireOk(answer, url);
      return { scheme, answer };
    } catch (error) {
      problems.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  // Of several failures it tells all, of one that one.
  if (problems.length === 1 || isCertificateProblem(problems[0])) throw problems[0] as Error;
  throw new Error(problems.map((problem) => problem.message).join("; "));
}

function isCertificateProblem(problem: Error | undefined): boolean {
  return problem?.message.includes("x509:") ?? false;
}

function basicHeader({ credential }: RegistryAccess): string | undefined {
  if (credential === undefined || credential.username === "") return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.password.reveal()}`).toString("base64")}`;
}

/** Asks the registry something within a session. @throws Error in go-containerregistry's words */
export async function ask(session: RegistrySession, path: string, accept?: string): Promise<RegistryAnswer> {
  const url = new URL(`${session.scheme}://${session.access.location.host}${path}`);
  const answer = await fetchAsGo(session.access, url, {
    ...(session.authorization === undefined ? {} : { authorization: session.authorization }),
    ...(accept === undefined ? {} : { accept }),
  });
  requireOk(answer, url);
  return answer;
}

function requireOk(answer: RegistryAnswer, url: URL): void {
  if (answer.status === 200) return;
  const shown = decodeURIComponent(url.href);
  const told = toldErrors(answer.text);
  if (told !== undefined) throw new Error(`GET ${shown}: ${told}`);
  const status = `${answer.status} ${STATUS_CODES[answer.status] ?? ""}`.trim();
  throw new Error(`GET ${shown}: unexpected status code ${status}`);
}

// The distribution specification's errors; Harbor's own service answers in the same form, and in plain text elsewhere.
function toldErrors(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    const known = (errors ?? []).filter((one) => one.code !== undefined && one.code !== "");
    return known.length === 0
      ? undefined
      : known.map((one) => `${one.code}: ${one.message ?? ""}`).join("; ");
  } catch {
    return undefined;
  }
}
