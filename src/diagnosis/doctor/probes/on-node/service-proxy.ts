import { proxySettings, type ProxySettings } from "../../../../clients/http/forward-proxy.ts";
import type { Host } from "../../../../clients/host/host.ts";
import type { RuntimeName } from "../../../../kinds/node-trust/schema.ts";

type Variables = Readonly<Record<string, string>>;

/**
 * The forward proxy of a runtime's service: docker's own `proxies` before what systemd gives the service.
 * @throws HOST_COMMAND_NOT_FOUND where there is no systemd, and what reading the host throws
 */
export async function proxyOfService(
  runtime: RuntimeName,
  host: Host,
  signal: AbortSignal,
): Promise<ProxySettings> {
  const own = runtime === "docker" ? await dockerProxies(host) : {};
  return proxySettings({ ...(await serviceVariables(runtime, host, signal)), ...own });
}

/** What `systemctl show` tells of a service's environment, the files that it names among it (systemd.exec(5)). */
async function serviceVariables(service: string, host: Host, signal: AbortSignal): Promise<Variables> {
  const properties = "--property=Environment,EnvironmentFiles";
  const { exitCode, stdout } = await host.run(["systemctl", "show", properties, `${service}.service`], {
    timeoutMs: 10_000,
    signal,
  });
  if (exitCode !== 0) return {};
  const lines = stdout.split("\n");
  const after = (key: string): readonly string[] =>
    lines.filter((l) => l.startsWith(`${key}=`)).map((l) => l.slice(key.length + 1));
  const files = after("EnvironmentFiles").map((l) => l.replace(/ \(ignore_errors=\w+\)$/, ""));
  const texts = await Promise.all(
    files
      .filter((f) => f.startsWith("/"))
      .map(async (f) => (await host.readFile(f))?.bytes.toString("utf8") ?? ""),
  );
  const assigned = [...after("Environment").flatMap(shellWords), ...texts.flatMap(linesOfFile)];
  return Object.fromEntries(
    assigned.flatMap((each) => {
      const at = each.indexOf("=");
      return at < 1 ? [] : [[each.slice(0, at), each.slice(at + 1)]];
    }),
  );
}

/** Words as systemd prints them: apart by spaces, quoted where they hold one. Pure. */
function shellWords(text: string): readonly string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map(([word]) => unquoted(word));
}

const unquoted = (word: string): string =>
  word.replaceAll(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_all, double: string | undefined, single: string | undefined, escaped: string | undefined) =>
      double?.replaceAll(/\\(.)/g, "$1") ?? single ?? escaped ?? "",
  );

/** An EnvironmentFile: one assignment to a line, `#` and `;` begin comments. Pure. */
const linesOfFile = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[#;]/.test(line))
    .map(unquoted);

/** `proxies` of daemon.json, which the daemon takes instead of its environment (docs.docker.com, "Daemon proxy"). */
async function dockerProxies(host: Host): Promise<Variables> {
  const text = (await host.readFile("/etc/docker/daemon.json"))?.bytes.toString("utf8");
  if (text === undefined) return {};
  try {
    const { proxies } = JSON.parse(text) as { readonly proxies?: Readonly<Record<string, unknown>> };
    const of = (key: string, name: string): Variables => {
      const value = proxies?.[key];
      return typeof value === "string" && value !== "" ? { [name]: value } : {};
    };
    return { ...of("https-proxy", "HTTPS_PROXY"), ...of("no-proxy", "NO_PROXY") };
  } catch {
    // What docker can not read either is told by its own log.
    return {};
  }
}
