import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type DetailedPeerCertificate } from "node:tls";
import { Agent } from "undici";
import { openEndpoint } from "../../src/clients/http/endpoint.ts";
import { Sensitive } from "../../src/model/sensitive.ts";
import { startHarbor, type Harbor } from "../../src/sandbox/harbor/harbor.ts";
import { rigAddresses } from "../addresses.ts";
import { tryCommand, type CommandResult } from "../command.ts";
import { ensureComposeImages } from "../compose/images.ts";
import { harborYmlText, rigSettingsName, type RigSettings } from "../compose/settings.ts";
import { writeAtomically } from "../files.ts";
import { dockerCommand } from "../images/docker.ts";
import { names, ports, rigLayout } from "../layout.ts";
import { accepts } from "../services/control-plane.ts";
import {
  administratorAccount,
  administratorOf,
  pushAsAdministrator,
  type HarborAdministrator,
  type PushOptions,
} from "./harbor.ts";
import { onlyOne } from "./only-one.ts";

const rig = rigAddresses();
const layout = rigLayout();
const containers = ["nginx", "harbor-portal"];

export interface ComposeHarborOptions {
  /** What `https.certificate` and `https.private_key` hold at first; the rig's pair for harbor.localtest unless told. */
  readonly certificate?: { readonly certificatePem: string; readonly privateKeyPem: Sensitive };
  /** Begin with plain HTTP: the section `https` is commented out. */
  readonly plain?: boolean;
  /** Leave `./prepare` and `up` to the test. */
  readonly down?: boolean;
  /** As in the images' tag; `v2.9.5` unless told. */
  readonly version?: string;
}

/** A container, as far as a restart would show in it. */
export interface ContainerState {
  readonly id: string;
  readonly startedAt: string;
  readonly restarts: number;
}

/**
 * A Harbor that docker-compose runs in the rig's docker: Debian's nginx in a container `nginx` (service `proxy`), with Harbor's own
 * files around it, before the sandbox's API and the rig's docker-registry. The administrator's calls go past nginx.
 */
export interface ComposeHarbor extends HarborAdministrator, AsyncDisposable {
  /** The installer's folder: harbor.yml, prepare, docker-compose.yml, common/config. */
  readonly directory: string;
  /** `data_volume`. */
  readonly dataVolume: string;
  /** What `https.certificate` and `https.private_key` of harbor.yml name. */
  readonly source: { readonly certificatePath: string; readonly keyPath: string };
  readonly hostName: string;
  readonly port: number;
  readonly httpPort: number;
  /** `name:port`, as in an image reference. */
  readonly host: string;
  /** For whatever runs docker or docker-compose: it leads to the rig's dockerd. */
  readonly environment: Readonly<Record<string, string>>;
  readonly harbor: Harbor;
  /** Pushes as the administrator, through nginx: a busybox, believing the rig's authority, unless told. */
  readonly push: (repository: string, how?: PushOptions) => Promise<void>;
  /** Runs `docker-compose <words>` in the folder. */
  compose(...words: readonly string[]): Promise<CommandResult>;
  /** Runs `./prepare`. */
  prepare(): Promise<CommandResult>;
  /** `nginx -s reload` in the container. */
  reload(): Promise<CommandResult>;
  /** Of the container `nginx`; undefined where there is none. */
  proxy(): Promise<ContainerState | undefined>;
  /** What nginx has logged since its container was made. */
  proxyLog(): Promise<string>;
  /** The certificate that a client is shown now; throws where nobody answers. */
  served(): Promise<DetailedPeerCertificate>;
}

/** Starts one, once every other on the rig has ended: the names of containers are Harbor's own. */
export async function startComposeHarbor(options: ComposeHarborOptions = {}): Promise<ComposeHarbor> {
  await using starting = new AsyncDisposableStack();
  starting.use(await onlyOne("compose-harbor"));
  const { version = "v2.9.5" } = options;
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-compose-"));
  starting.defer(() => rm(folder, { recursive: true }));
  await removeContainers();
  starting.defer(removeContainers);
  await ensureComposeImages(layout, version);
  const [port, httpPort, portalPort] = await freePorts(3);
  const host = `${names.registry}:${port}`;
  const behind = starting.use(openEndpoint(`http://127.0.0.1:${ports.registry}`));
  const harbor = starting.use(
    await startHarbor({
      directory: join(folder, "core"),
      registry: behind,
      port: 0,
      externalUrl: `https://${host}`,
      adminPassword: new Sensitive(administratorAccount.secret),
      version: `${version}-1234abcd`,
    }),
  );
  const dispatcher = new Agent();
  starting.defer(() => dispatcher.close());
  const places = await install(folder, options, {
    port,
    httpPort,
    rig: { version, corePort: harbor.port, portalPort },
  });
  const { directory } = places;
  const environment = { DOCKER_HOST: `unix://${rig.dockerSocket}` };
  const run = (...command: readonly string[]): Promise<CommandResult> =>
    tryCommand(command, { directory, environment, timeout: 120_000 });
  const made: Omit<ComposeHarbor, typeof Symbol.asyncDispose> = {
    ...places,
    ...administratorOf(`http://127.0.0.1:${harbor.port}`, dispatcher),
    hostName: names.registry,
    port,
    httpPort,
    host,
    environment,
    harbor,
    push: (repository, how) => pushAsAdministrator(`${host}/${repository}`, how),
    compose: (...words) => run("docker-compose", ...words),
    prepare: () => run("./prepare"),
    reload: () => run(...dockerCommand(layout), "exec", "nginx", "nginx", "-s", "reload"),
    proxy: proxyState,
    proxyLog: async () => {
      const { stdout, stderr } = await tryCommand([...dockerCommand(layout), "logs", "nginx"]);
      return stdout + stderr;
    },
    served: () => served(port),
  };
  if (options.down !== true) await bringUp(made, options.plain === true ? httpPort : port);
  const owned = starting.move();
  return { ...made, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Places {
  readonly directory: string;
  readonly dataVolume: string;
  readonly source: { readonly certificatePath: string; readonly keyPath: string };
}

/** The installer's folder as it is before the first `./prepare`. */
async function install(
  folder: string,
  options: ComposeHarborOptions,
  more: { readonly port: number; readonly httpPort: number; readonly rig: RigSettings },
): Promise<Places> {
  const directory = join(folder, "harbor");
  const dataVolume = join(folder, "data");
  const source = {
    certificatePath: join(folder, "certificates", "harbor.crt"),
    keyPath: join(folder, "certificates", "harbor.key"),
  };
  await mkdir(directory);
  await mkdir(dataVolume);
  const pair = options.certificate ?? (await rigPair());
  await writeAtomically(source.certificatePath, pair.certificatePem);
  await writeAtomically(source.keyPath, pair.privateKeyPem.reveal(), 0o600);
  const https = { port: more.port, certificate: source.certificatePath, privateKey: source.keyPath };
  const text = harborYmlText({
    hostName: names.registry,
    httpPort: more.httpPort,
    ...(options.plain === true ? {} : { https }),
    dataVolume,
    version: more.rig.version.replace(/^v(\d+\.\d+)\..*$/, "$1.0"),
  });
  await writeFile(join(directory, "harbor.yml"), text);
  await writeFile(join(directory, rigSettingsName), JSON.stringify(more.rig));
  const program = join(import.meta.dirname, "../compose/prepare.ts");
  const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' "$(dirname "$(readlink -f "$0")")" "$@"\n`;
  await writeFile(join(directory, "prepare"), script);
  await chmod(join(directory, "prepare"), 0o755);
  return { directory, dataVolume, source };
}

async function rigPair(): Promise<NonNullable<ComposeHarborOptions["certificate"]>> {
  return {
    certificatePem: await readFile(join(layout.pki, "registry.crt"), "utf8"),
    privateKeyPem: new Sensitive(await readFile(join(layout.pki, "registry.key"), "utf8")),
  };
}

async function bringUp(
  made: Pick<ComposeHarbor, "prepare" | "compose" | "proxyLog">,
  port: number,
): Promise<void> {
  for (const done of [await made.prepare(), await made.compose("up", "-d")])
    if (done.status !== 0)
      throw new Error(`the compose Harbor does not come up: ${done.stdout}${done.stderr}`);
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (await accepts(port)) return;
    await sleep(100);
  }
  throw new Error(`nginx does not listen on ${port}: ${await made.proxyLog()}`);
}

// By the names that Harbor gives them; there are no others of that name in the rig's own docker.
async function removeContainers(): Promise<void> {
  await tryCommand([...dockerCommand(layout), "rm", "--force", ...containers]);
}

async function proxyState(): Promise<ContainerState | undefined> {
  const format = "{{.Id}} {{.State.StartedAt}} {{.RestartCount}}";
  const { status, stdout } = await tryCommand([
    ...dockerCommand(layout),
    "container",
    "inspect",
    "--format",
    format,
    "nginx",
  ]);
  if (status !== 0) return undefined;
  const [id = "", startedAt = "", restarts = "0"] = stdout.trim().split(" ");
  return { id, startedAt, restarts: Number(restarts) };
}

/** Asks for whatever certificate there is; what it is worth is the test's question. */
async function served(port: number): Promise<DetailedPeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: "127.0.0.1",
      servername: names.registry,
      rejectUnauthorized: false,
    });
    socket.setTimeout(10_000, () => socket.destroy(new Error("no TLS handshake in 10 s")));
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate(true));
      socket.destroy();
    });
  });
}

/** Ports that nobody listens on now. */
async function freePorts(count: 3): Promise<readonly [number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const found = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found as unknown as readonly [number, number, number];
}
