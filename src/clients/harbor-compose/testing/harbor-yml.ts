interface Shape {
  /** The sign before each line of a section that is commented out. */
  readonly commented?: string;
  readonly https?: "none";
}

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
