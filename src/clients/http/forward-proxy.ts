import { BlockList, isIP } from "node:net";

/** The forward proxy of a service, as Go programs read it from their environment. */
export interface ProxySettings {
  /** For `https` URLs; a URL or `host:port`. May hold a password. */
  readonly httpsProxy: string | undefined;
  readonly noProxy: string;
}

/** Where a proxy is. */
export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  /** `user:password` of the URL, decoded. */
  readonly userinfo?: string;
  /** How the proxy itself is spoken to. */
  readonly scheme: "http" | "https" | "socks";
}

/** Reads the variables; capitals count first (golang.org/x/net/http/httpproxy FromEnvironment). Pure. */
export function proxySettings(variables: Readonly<Record<string, string | undefined>>): ProxySettings {
  const of = (name: string): string => variables[name] || variables[name.toLowerCase()] || "";
  return { httpsProxy: of("HTTPS_PROXY") || undefined, noProxy: of("NO_PROXY") };
}

/**
 * Which proxy a Go program asks for `https://host:port`; undefined where it goes directly. Loopback never goes through
 * one. Pure.
 */
export function proxyFor(
  { httpsProxy, noProxy }: ProxySettings,
  target: { readonly host: string; readonly port: number },
): ProxyAddress | undefined {
  if (httpsProxy === undefined || isExempt(noProxy, target.host.toLowerCase(), target.port)) return undefined;
  return addressOf(httpsProxy);
}

const usualPorts = { http: 80, https: 443, socks: 1080 } as const;

function addressOf(proxy: string): ProxyAddress | undefined {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  try {
    const url = new URL(text);
    const scheme = url.protocol === "https:" ? "https" : url.protocol.startsWith("socks") ? "socks" : "http";
    const userinfo =
      url.username === ""
        ? undefined
        : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return {
      host: url.hostname.replaceAll(/^\[|\]$/g, ""),
      port: Number(url.port || usualPorts[scheme]),
      ...(userinfo !== undefined && { userinfo }),
      scheme,
    };
  } catch {
    return undefined;
  }
}

function isExempt(noProxy: string, host: string, port: number): boolean {
  if (host === "localhost" || (isIP(host) > 0 && loopback.check(host, family(host)))) return true;
  return noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && covers(entry, host, port));
}

/** One entry of NO_PROXY: `*`, an address, a CIDR, or a name with its subdomains, `.name` for the subdomains alone; with or without a port. */
function covers(entry: string, host: string, port: number): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isIP(host) > 0 && isWithin(entry, host);
  const [name, only] = splitPort(entry);
  if (only !== undefined && only !== port) return false;
  if (isIP(name) > 0) return isIP(host) > 0 && isWithin(`${name}/${isIP(name) === 4 ? 32 : 128}`, host);
  const plain = name.startsWith("*.") ? name.slice(1) : name;
  if (plain.startsWith(".")) return host.endsWith(plain);
  return host === plain || host.endsWith(`.${plain}`);
}

function splitPort(entry: string): readonly [string, number | undefined] {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry) ?? /^([^:]*):(\d+)$/.exec(entry);
  if (bracketed === null) return [entry, undefined];
  return [bracketed[1] ?? "", bracketed[2] === undefined ? undefined : Number(bracketed[2])];
}

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

function isWithin(cidr: string, address: string): boolean {
  const [network = "", prefix] = cidr.split("/");
  const bits = Number(prefix);
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  if (!Number.isInteger(bits) || bits < 0 || bits > (isIP(network) === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family(network));
  return list.check(address, family(address));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
