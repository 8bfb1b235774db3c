import { join } from "node:path/posix";
import type { Credential } from "../../clients/harbor/credential.ts";
import type { TlsOptions } from "../../clients/http/tls-options.ts";
import { discard } from "../../clients/registry/pull.ts";
import { createRegistryClient, type RegistryClient } from "../../clients/registry/client.ts";
import { parseImageReference } from "../../clients/registry/reference.ts";
import { probeTls } from "../../clients/tls/probe.ts";
import type { Proof } from "../../engine/kind.ts";
import { describeError, isError, MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { message } from "../../text/message.ts";
import type { World } from "../world.ts";
import { readHosts, type HostsLevel } from "./hosts-toml.ts";
import type { Runtime } from "./runtime.ts";

/** What a runtime would use for a registry, read from its own files. */
export async function readAsRuntime(
  { name, folder }: Pick<Runtime, "name" | "folder">,
  host: string,
  world: Pick<World, "host">,
  level: HostsLevel = "host",
): Promise<TlsOptions> {
  const text = async (path: string | undefined): Promise<string | undefined> =>
    path === undefined ? undefined : (await world.host.readFile(path))?.bytes.toString("utf8");
  if (name === "containerd") {
    const hosts = await text(join(folder, "hosts.toml"));
    const named =
      hosts === undefined
        ? { ca: [], clients: [] }
        : readHosts(hosts, host, join(folder, "hosts.toml"), level);
    const bundles = await Promise.all(named.ca.map((path) => text(path)));
    const [certificate, key] = named.clients[0] ?? [];
    return tlsOf(bundles, await text(certificate), await text(key ?? certificate));
  }
  const entries = (await world.host.list(folder)) ?? [];
  const names = entries.map((e) => e.name).filter((n) => !n.startsWith("."));
  const bundles = await Promise.all(
    names.filter((n) => n.endsWith(".crt")).map((n) => text(join(folder, n))),
  );
  const certificate = names.find((n) => n.endsWith(".cert"));
  const key = certificate?.replace(/\.cert$/, ".key");
  const at = (n: string | undefined): string | undefined => (n === undefined ? undefined : join(folder, n));
  return tlsOf(bundles, await text(at(certificate)), await text(at(key)));
}

function tlsOf(
  bundles: readonly (string | undefined)[],
  certificate: string | undefined,
  key: string | undefined,
): TlsOptions {
  const ca = bundles.filter((each) => each !== undefined).join("\n");
  return {
    ...(ca !== "" && { ca }),
    ...(certificate !== undefined &&
      key !== undefined && { clientCertificate: { certificate, privateKey: new Sensitive(key) } }),
  };
}

/** Shakes hands from the node itself. @returns why it fails; undefined where it holds */
export async function whyNoHandshake(
  url: string,
  tls: TlsOptions,
  { host }: Pick<World, "host">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  const seen = await probeTls({
    host: hostname.replaceAll(/[[\]]/g, ""),
    port: Number(port || 443),
    tls,
    dial: host.dial,
    signal,
  });
  if (!seen.connected) return seen.failure ?? "no connection";
  if (!seen.authorized) return seen.authorizationError ?? seen.failure ?? "no handshake";
  return seen.client === "required" || seen.client === "refused"
    ? `client certificate ${seen.client}`
    : undefined;
}

export async function proveHandshake(
  runtime: Runtime,
  { url, host }: { readonly url: string; readonly host: string },
  world: World,
  signal: AbortSignal,
): Promise<Proof> {
  const why = await whyNoHandshake(url, await readAsRuntime(runtime, host, world), world, signal);
  return {
    title: message("nodeTrust.proofHandshake", { runtime: runtime.name }),
    subject: `${world.host.name}:${runtime.folder}`,
    ok: why === undefined,
    detail:
      why === undefined
        ? message("nodeTrust.provedHandshake", { url })
        : message("nodeTrust.failed", { reason: why }),
  };
}

/** A tag that nobody has: asking for it must end in 404, not in x509 (facts/container-runtimes.md). */
const noSuchTag = "moorline-proof-of-a-missing-tag";
/** How many tags may exist, against all odds, before the registry counts as one that has every tag. */
const missingTags = 4;

/**
 * Pulls an image with a runtime's own files, every byte verified, and asks for a tag that is not there. Our own client
 * does it: ctr and crictl take a password only in their arguments, which everybody on the machine can read.
 */
export async function provePull(
  runtime: Runtime,
  target: { readonly url: string; readonly host: string; readonly image: string },
  credential: Credential | undefined,
  world: World,
  signal: AbortSignal,
): Promise<Proof> {
  const title = message("nodeTrust.proofPull", { runtime: runtime.name, image: target.image });
  const subject = `${world.host.name}:${runtime.folder}`;
  try {
    const { repository, reference } = parseImageReference(`${target.host}/${target.image}`);
    const tls = await readAsRuntime(runtime, target.host, world);
    const registry = createRegistryClient(world.endpoint(target.url, tls), credential);
    const pulled = await registry.pull(repository, reference, discard, { signal });
    // What is not there falls through to hosts.toml's top level, with the CA and the pair of that one.
    const top = await readAsRuntime(runtime, target.host, world, "server");
    const fallback = createRegistryClient(world.endpoint(target.url, top), credential);
    if (!(await hasMissingTag(fallback, repository, world, signal)))
      return { title, subject, ok: false, detail: message("nodeTrust.everyTagExists", { repository }) };
    const { digest, bytes } = pulled;
    return { title, subject, ok: true, detail: message("nodeTrust.provedPull", { digest, bytes }) };
  } catch (thrown) {
    if (!(thrown instanceof MoorlineError) || thrown.code === "CANCELLED") throw thrown;
    const reason = { en: describeError(thrown, "en").what, zh: describeError(thrown, "zh-CN").what };
    return { title, subject, ok: false, detail: message("nodeTrust.failed", { reason }) };
  }
}

/** Whether a tag that nobody has is answered with 404; where one happens to exist, another is asked for. */
async function hasMissingTag(
  registry: RegistryClient,
  repository: string,
  { random }: World,
  signal: AbortSignal,
): Promise<boolean> {
  let tag = noSuchTag;
  for (let asked = 0; asked < missingTags; asked++) {
    try {
      await registry.resolve(repository, tag, signal);
    } catch (thrown) {
      if (isError(thrown, "REGISTRY_NOT_FOUND")) return true;
      throw thrown;
    }
    tag = `${noSuchTag}-${Buffer.from(random.bytes(8)).toString("hex")}`;
  }
  return false;
}
