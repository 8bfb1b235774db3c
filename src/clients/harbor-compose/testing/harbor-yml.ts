interface Shape {
  /** The sign before each line of a section that is commented out. */
  readonly commented?: string;
  readonly https?: "none";
}

/** What people set beyond the template; each by itself. */
export interface InUse {
  readonly externalUrl?: string;
  readonly internalTls?: boolean;
  readonly strongCiphers?: boolean;
  readonly noHttp?: boolean;
  readonly externalDatabase?: boolean;
  readonly externalRedis?: boolean;
  readonly caBundle?: string;
  readonly dataVolume?: string;
  readonly windowsLineEnds?: boolean;
}

/** {@link harborYmlText} as it looks after some years of use. */
export function harborYmlInUse(version: string, inUse: InUse): string {
  const minor = Number(version.split(".")[1]);
  const swap = (is: boolean | string | undefined, from: string | RegExp, to: string) => (text: string) =>
    is === undefined || is === false ? text : text.replace(from, to);
  const changes = [
    swap(inUse.externalUrl, /^# external_url:.*$/m, `external_url: ${inUse.externalUrl}`),
    swap(inUse.internalTls, /^# internal_tls:\n(#  .*\n)+/m, internalTls(minor, inUse.strongCiphers)),
    swap(inUse.strongCiphers, "  # strong_ssl_ciphers: false", "  strong_ssl_ciphers: true"),
    swap(inUse.noHttp, /^http:\n( .*\n)+/m, ""),
    swap(
      inUse.externalDatabase,
      "# external_redis:",
      `external_database:\n${databases(minor)}\n# external_redis:`,
    ),
    swap(
      inUse.externalRedis,
      /^# external_redis:\n#.*$/m,
      `external_redis:\n  # sentinels\n  host: s1:26379,s2:26379\n  password: 'p@ss: word'\n  sentinel_master_set: main\n  registry_db_index: 1\n  jobservice_db_index: 2\n${minor < 8 ? "  chartmuseum_db_index: 3\n" : ""}  trivy_db_index: 5\n  idle_timeout_seconds: 30`,
    ),
    swap(
      inUse.caBundle,
      /^# storage_service:\n(#  .*\n)+/m,
      `storage_service:\n  # the store's own CA\n  ca_bundle: ${inUse.caBundle}\n  s3:\n    region: cn-north-1\n    bucket: harbor\n  redirect:\n    ${minor >= 8 ? "disable" : "disabled"}: true\n`,
    ),
    swap(inUse.dataVolume, "data_volume: /data", `data_volume: ${inUse.dataVolume}`),
    swap(inUse.windowsLineEnds, /\n/g, "\r\n"),
  ];
  return changes.reduce((text, change) => change(text), harborYmlText(version));
}

/** Up to 2.9 the choice of ciphers stood here. */
const internalTls = (minor: number, strong: boolean | undefined): string =>
  `internal_tls:\n  # on\n  enabled: true\n  dir: /etc/harbor/tls/internal\n${minor < 10 ? `  strong_ssl_ciphers: ${strong === true}\n` : ""}`;

/** Up to 2.8 with the databases of Notary. */
const databases = (minor: number): string =>
  ["harbor", ...(minor <= 8 ? ["notary_signer", "notary_server"] : [])]
    .map(
      (name) =>
        `  ${name}:\n    host: db.example.com\n    port: 5432\n    db_name: ${name}\n    username: ${name}\n    password: "#1: secret"\n    ssl_mode: verify-full\n    max_idle_conns: 2\n    max_open_conns: 0\n`,
    )
    .join("");

/**
 * A harbor.yml of the shape that Harbor's installers have (facts: harbor §2): the same keys, in the same order, with
 * comments of the same kinds; the words of the comments are others.
 */
export function harborYmlText(version: string, { commented, https }: Shape = {}): string {
  const minor = Number(version.split(".")[1]);
  const since = (from: number, text: string): string => (minor >= from ? text : "");
  const section = `https:
  # port of HTTPS
  port: 443
  # certificate and key of nginx
  certificate: /your/certificate/path
  private_key: /your/private/key/path
${since(10, "  # only strong ciphers\n  # strong_ssl_ciphers: false\n")}`;
  const shown =
    https === "none" ? "" : commented === undefined ? section : section.replace(/^(?=.)/gm, commented);
  return `# Settings of Harbor

# The name that clients use: neither localhost nor 127.0.0.1
hostname: reg.mydomain.com

# plain HTTP
http:
  # sent on to HTTPS where that is on
  port: 80

# HTTPS
${shown}
${since(11, "# # stacks of addresses\n# ip_family:\n#   ipv6:\n#     enabled: false\n#   ipv4:\n#     enabled: true\n\n")}# # TLS among the components
# internal_tls:
#   # on or off
#   enabled: true
#   # where certificates and keys are
#   dir: /etc/harbor/tls/internal


# Behind another proxy; the hostname is not used then
# external_url: https://reg.mydomain.com:8433

# First start only
harbor_admin_password: Harbor12345

# Database
database:
  password: root123
  max_idle_conns: 100
  max_open_conns: 900
${since(7, "  conn_max_lifetime: 5m\n  conn_max_idle_time: 0\n")}
data_volume: /data

# storage_service:
#   ca_bundle:
#   redirect:
#     disable: false

trivy:
  ignore_unfixed: false
  skip_update: false
${since(9, "  skip_java_db_update: false\n")}  offline_scan: false
${since(6, "  security_check: vuln\n")}  insecure: false
${since(11, "  timeout: 5m0s\n")}
jobservice:
  max_job_workers: 10
${since(9, "  job_loggers:\n    - STD_OUTPUT\n    - FILE\n    # - DB\n")}${since(8, "  logger_sweeper_duration: 1 #days\n")}
notification:
  webhook_job_max_retry: ${minor >= 8 ? "3" : "10"}
${since(8, "  webhook_job_http_client_timeout: 3 #seconds\n")}${minor < 8 ? "\nchart:\n  absolute_url: disabled\n" : ""}
log:
  level: info
  local:
    rotate_count: 50
    rotate_size: 200M
    location: /var/log/harbor
  # external_endpoint:
  #   protocol: tcp
  #   host: localhost
  #   port: 5140

# Written by the installer
_version: ${version}

# external_redis:
#   host: redis:6379

proxy:
  http_proxy:
  https_proxy:
  no_proxy:
  components:
    - core
    - jobservice
    - trivy

# metric:
#   enabled: false
#   port: 9090
#   path: /metrics
${since(5, "\nupload_purging:\n  enabled: true\n  age: 168h\n  interval: 24h\n  dryrun: false\n")}${since(6, "\ncache:\n  enabled: false\n  expire_hours: 24\n")}`;
}
