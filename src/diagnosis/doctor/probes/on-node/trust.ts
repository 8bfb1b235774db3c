import { proxyFor, type ProxyAddress } from "../../../../clients/http/forward-proxy.ts";
import { dialThrough } from "../../../../clients/http/tunnel.ts";
import { readAsRuntime, whyNoHandshake } from "../../../../kinds/node-trust/proof.ts";
import type { NodeDocument } from "../../../../kinds/node-trust/gather.ts";
import { observe, type ObservedRuntime } from "../../../../kinds/node-trust/observe.ts";
import type { World } from "../../../../kinds/world.ts";
import { fromUnknown, isError, type MoorlineError } from "../../../../model/errors.ts";
import type { LiveSign } from "../../../causes/cause.ts";
import type { Evidence } from "../../evidence.ts";
import { evidenceOf } from "../ask.ts";
import { proxyOfService } from "./service-proxy.ts";

/**
 * What a node's runtimes read for the registry of a NodeTrust, and whether the registry answers over it: asked from the
 * node, over its network, through its runtime's proxy where it has one.
 * @throws what resolving trust throws, and HOST_*
 */
export async function probeTrust(
  document: NodeDocument,
  there: World,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  let seen;
  try {
    seen = await observe(document, there, signal);
  } catch (thrown) {
    if (!isError(thrown, "NODE_FILE_UNREADABLE")) throw thrown;
    return [brokenFile(thrown, there)];
  }
  const { url, runtimes, restartPending } = seen;
  const files = runtimes.map((runtime) => probeFiles(runtime, restartPending, there));
  const ways = await Promise.all(runtimes.map((runtime) => probeWay(runtime, url, there, signal)));
  return [...files, ...ways.flat()];
}

function brokenFile(told: MoorlineError, { host }: World): Evidence {
  const sign = told.subject.endsWith("hosts.toml") ? "NODE_HOSTS_FILE" : "NODE_CONFIG_UNREADABLE";
  return { probe: "node-files", subject: `node/${host.name}`, outcome: "wrong", sign, told };
}

function probeFiles(runtime: ObservedRuntime, restartPending: boolean, { host }: World): Evidence {
  const { name, folder, conflicts, criDisabledBy, missing, differing, obsolete, config } = runtime;
  const say = evidenceOf("node-files", `node/${host.name} ${name}`);
  if (conflicts.length > 0) {
    const settings = conflicts.join(", ");
    return say.wrong(
      "NODE_CONFIG_CONFLICT",
      `beside config_path: ${settings}`,
      `与 config_path 并存：${settings}`,
    );
  }
  if (criDisabledBy !== undefined)
    return say.wrong(
      "NODE_CRI_DISABLED",
      `disabled_plugins in ${criDisabledBy} names the CRI`,
      `${criDisabledBy} 的 disabled_plugins 禁用了 CRI`,
    );
  const differences = [
    ...missing.map((path) => ({ en: `${path} is missing`, zh: `缺少 ${path}` })),
    ...differing.map((path) => ({ en: `${path} differs`, zh: `${path} 不一致` })),
    ...obsolete.map((path) => ({ en: `${path} is out of date`, zh: `${path} 已过时` })),
    ...(config === undefined
      ? []
      : [{ en: `${config} sets no config_path`, zh: `${config} 未设置 config_path` }]),
    ...(restartPending ? [{ en: `${name} was not restarted yet`, zh: `${name} 尚未重启` }] : []),
  ];
  if (differences.length === 0) return say.fine(`${folder} is as the documents say`, `${folder} 与文档一致`);
  const [en, zh] = [differences.map((d) => d.en).join("; "), differences.map((d) => d.zh).join("；")];
  return say.wrong("NODE_TRUST_DIFFERS", en, zh);
}

async function probeWay(
  runtime: ObservedRuntime,
  url: string,
  there: World,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  if (runtime.conflicts.length > 0 || runtime.criDisabledBy !== undefined) return [];
  const { proxy, note } = await proxyOf(runtime, url, there, signal);
  const way =
    proxy === undefined
      ? await probeDirectly(runtime, url, there, signal)
      : await probeThrough(proxy, runtime, url, there, signal);
  return [...note, way];
}

async function probeDirectly(
  runtime: ObservedRuntime,
  url: string,
  there: World,
  signal: AbortSignal,
): Promise<Evidence> {
  const [probe, subject] = ["node-way", `node/${there.host.name} ${runtime.name}`];
  const say = evidenceOf(probe, subject);
  const { host } = new URL(url);
  try {
    const endpoint = there.endpoint(url, await readAsRuntime(runtime, host, there));
    const { status } = await endpoint.request({ method: "GET", path: "/v2/", signal, maxBodyBytes: 65_536 });
    if (status >= 500)
      return say.wrong("REGISTRY_FAILED", `/v2/ answers ${status} there`, `在该节点上 /v2/ 返回 ${status}`);
    return say.fine(
      `${host} answers ${status} over its files`,
      `使用该节点的文件访问 ${host}，返回 ${status}`,
    );
  } catch (thrown) {
    signal.throwIfAborted();
    const told = fromUnknown(thrown, host);
    return { probe, subject, outcome: "wrong", sign: signOf(told), told };
  }
}

/** A connection that another machine could not open tells the system's code alone. */
function signOf({ code, parameters }: MoorlineError): LiveSign {
  const told = code === "HOST_DIAL_FAILED" ? parameters["reason"] : undefined;
  const reason = typeof told === "string" ? told : "";
  if (/^(ENOTFOUND|EAI_)/.test(reason)) return "NETWORK_NAME_NOT_RESOLVED";
  if (reason === "ECONNREFUSED") return "NETWORK_CONNECTION_REFUSED";
  if (reason === "ETIMEDOUT") return "NETWORK_TIMEOUT";
  if (/^E(HOST|NET)/.test(reason)) return "NETWORK_UNREACHABLE";
  return code;
}

/** The runtime's proxy for the registry. That it can not be told leaves nothing open: most nodes have none. */
async function proxyOf(
  { name }: ObservedRuntime,
  url: string,
  { host }: World,
  signal: AbortSignal,
): Promise<{ readonly proxy: ProxyAddress | undefined; readonly note: readonly Evidence[] }> {
  const { hostname, port } = new URL(url);
  const target = { host: hostname.replaceAll(/^\[|\]$/g, ""), port: Number(port || 443) };
  try {
    return { proxy: proxyFor(await proxyOfService(name, host, signal), target), note: [] };
  } catch (thrown) {
    signal.throwIfAborted();
    const subject = `node/${host.name} ${name}`;
    const told = fromUnknown(thrown, subject);
    return {
      proxy: undefined,
      note: [{ probe: "node-proxy", subject, outcome: "unknown", aside: true, told }],
    };
  }
}

async function probeThrough(
  proxy: ProxyAddress,
  runtime: ObservedRuntime,
  url: string,
  there: World,
  signal: AbortSignal,
): Promise<Evidence> {
  const say = evidenceOf("node-proxy", `node/${there.host.name} ${runtime.name}`);
  const { host } = new URL(url);
  const name = `${proxy.host}:${proxy.port}`;
  if (proxy.scheme === "socks") {
    const [en, zh] = [
      `${runtime.name} goes through the SOCKS proxy ${name}, which is not asked`,
      `${runtime.name} 经由 SOCKS 代理 ${name}，未查询`,
    ];
    return { ...say.unknown(en, zh), aside: true };
  }
  const tls = await readAsRuntime(runtime, host, there);
  const through = { ...there.host, dial: dialThrough(proxy, there.host.dial) };
  const why = await whyNoHandshake(url, tls, { host: through }, signal);
  if (why === undefined)
    return say.fine(
      `${runtime.name} goes through the proxy ${name}, and ${host} answers`,
      `${runtime.name} 经由代理 ${name}，${host} 有应答`,
    );
  return say.wrong(
    "NODE_PROXY_STOPS",
    `${runtime.name} goes to ${host} through the proxy ${name}, which does not let it through: ${why}`,
    `${runtime.name} 经由代理 ${name} 访问 ${host}，代理未放行：${why}`,
  );
}
