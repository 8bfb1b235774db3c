import type { Coverable, MutualTls } from "./schema.ts";
import { entries, insideDirectory, insideLogs, parts } from "./places.ts";

/** What nginx's additions are made from. */
export interface NginxWanted {
  readonly mode: "observe" | "enforce";
  readonly settings: Pick<MutualTls, "covers" | "verifyDepth" | "exempt">;
  /** Serial numbers on the revocation lists, as hexadecimal digits; absent where no list may be used. */
  readonly revoked?: readonly string[];
}

const notice =
  "# Written by Moorline, and written again whenever it differs; the settings are in HarborRegistry.\n";

/** The files that never change. What they include may be missing: then nothing is asked of anybody. */
export const entryTexts: Readonly<Record<string, string>> = {
  [entries.http]: `${notice}include ${insideDirectory}/http*.conf;\n`,
  [entries.server]: `${notice}include ${insideDirectory}/server*.conf;\n`,
};

/** Serial numbers that are listed twice, in the list and here; of longer lists the last part counts after its session alone. */
const mostRevoked = 2000;

const lines = (of: readonly string[]): string => of.map((line) => `${line}\n`).join("");

/** What a log line may hold of a text that a client chose. */
const longest = { agent: 160, name: 300 } as const;

/**
 * The additions to nginx's http context: who is exempt, what is refused, and the log of clients. It stands beside
 * Harbor's own access_log, which a log in the server's context would replace. The names of variables stay the same from version to
 * version, so that this file and the server's may be replaced one after the other.
 */
export function httpAdditions({ mode, settings, revoked = [] }: NginxWanted): string {
  const ranges = settings.exempt.flatMap(({ name, addresses }) => addresses.map((a) => `  ${a} ${name};`));
  const covered = mode === "enforce" ? settings.covers : [];
  return `${notice}# mode: ${mode}
geo $moorline_exempt {
  default "";
${lines(ranges)}}

map $uri $moorline_path {
  default portal;
  "~^/(?:v2|service)/" registry;
  "~^/api/" api;
}

map $http_user_agent $moorline_agent {
  default "";
  "~^(?<moorline_agent_start>.{1,${longest.agent}})" $moorline_agent_start;
}

map $ssl_client_s_dn $moorline_subject {
  default "";
  "~^(?<moorline_subject_start>.{1,${longest.name}})" $moorline_subject_start;
}

map $ssl_client_i_dn $moorline_issuer {
  default "";
  "~^(?<moorline_issuer_start>.{1,${longest.name}})" $moorline_issuer_start;
}

# Of clients with a certificate one line for each connection is enough, and for pages and layers too.
map "$https:$moorline_path:$moorline_once:$ssl_client_verify" $moorline_logged {
  default 0;
  "~^on:[a-z]*:1:" 1;
  "~^on:(?:registry|api)::(?!SUCCESS)" 1;
}

map "$connection_requests:$uri" $moorline_once {
  default "";
  "~^(?:1|[0-9]*00):" 1;
  "~/blobs/" "-";
}

# A TLS session that is resumed is not held against the lists again, so that it would outlive a revocation.
map $ssl_client_serial $moorline_revoked {
  default "";
${lines(revoked.slice(0, mostRevoked).map((serial) => `  ${serial.toUpperCase()} REVOKED;`))}}

# 496: no certificate; 495: one that does not hold.
map "$moorline_path:$moorline_exempt:$moorline_revoked$ssl_client_verify" $moorline_refused {
  default "";
${lines(covered.flatMap((path) => [`  "~^${path}::NONE$" 496;`, `  "~^${path}::(?!SUCCESS$)" 495;`]))}}

map $uri $moorline_upstream {
  default portal;
  "~^/(?:c|api|v2|service|chartrepo)/" core;
}

map $http_x_forwarded_proto $moorline_forwarded_proto {
  default $http_x_forwarded_proto;
  "" $scheme;
}

log_format moorline_clients escape=json
  '{"t":$msec,"a":"$remote_addr","v":"$ssl_client_verify","s":"$moorline_subject","i":"$moorline_issuer",'
  '"n":"$ssl_client_serial","m":"$request_method","p":"$moorline_path","x":"$moorline_exempt","c":$status,'
  '"u":"$moorline_agent"}';
access_log ${insideLogs}/clients.log moorline_clients if=$moorline_logged;
`;
}

/**
 * The additions to the server that speaks TLS; the same for observe and enforce. `optional_no_ca` and the handling of
 * 495 let those through whose certificate does not hold, as long as what they want is not covered: plain `optional` answers them
 * with 400 everywhere, although they were served before anybody asked.
 */
export function serverAdditions({ settings, revoked }: NginxWanted): string {
  return `${notice}ssl_client_certificate ${insideDirectory}/${parts.authority};
ssl_verify_client optional_no_ca;
ssl_verify_depth ${settings.verifyDepth};
${revoked !== undefined ? `ssl_crl ${insideDirectory}/${parts.list};\n` : ""}
if ($moorline_refused = 496) {
  return 496;
}
if ($moorline_refused = 495) {
  return 495;
}
error_page 495 = @moorline_unproved;

# A certificate that does not hold, where none is needed: on to where Harbor's own locations lead.
location @moorline_unproved {
  if ($moorline_refused) {
    return 495;
  }
  if ($uri ~ "^/(?:v1/|service/notifications)") {
    return 404;
  }
  proxy_pass http://$moorline_upstream;
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $moorline_forwarded_proto;
  proxy_cookie_path / "/; HttpOnly; Secure";
  proxy_buffering off;
  proxy_request_buffering off;
  proxy_send_timeout 900;
  proxy_read_timeout 900;
}
`;
}

/** The mode that a file of {@link httpAdditions} asks for; undefined for a damaged one. */
export function modeIn(http: string): "observe" | "enforce" | undefined {
  const mode = /^# mode: (observe|enforce)$/m.exec(http.slice(0, 1000))?.[1];
  return mode === "observe" || mode === "enforce" ? mode : undefined;
}

/** What a file of {@link httpAdditions} refuses to clients without a certificate. */
export function coveredIn(http: string): readonly Coverable[] {
  return [...http.matchAll(/^ {2}"~\^(registry|api|portal)::NONE\$" 496;$/gm)].map((m) => m[1] as Coverable);
}
