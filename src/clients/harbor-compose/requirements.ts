import { parseHarborYml } from "./settings.ts";

/** A setting that `prepare` would stop at, with the reason. */
export interface Refusal {
  /** `metric.port` */
  readonly setting: string;
  readonly reason: "missing" | "placeholder" | "loopback" | "unknown value" | "not plain";
}

type Values = Readonly<Record<string, unknown>>;
type Minor = number;

const placeholders: ReadonlySet<unknown> = new Set([
  "reg.mydomain.com",
  "/your/certificate/path",
  "/your/private/key/path",
]);
const logLevels: ReadonlySet<unknown> = new Set(["debug", "info", "warning", "error", "fatal"]);

/** Settings that `prepare` takes without asking: where one is missing, Python ends it with a KeyError (configs.py). */
function required(values: Values, minor: Minor): readonly string[] {
  const within = (section: string, fields: readonly string[]): readonly string[] =>
    isFilled(values[section]) ? fields.map((field) => `${section}.${field}`) : [];
  return [
    "hostname",
    "harbor_admin_password",
    "data_volume",
    "jobservice.max_job_workers",
    ...(minor >= 8 ? ["jobservice.logger_sweeper_duration"] : []),
    ...(minor >= 9 ? ["jobservice.job_loggers"] : []),
    "notification.webhook_job_max_retry",
    ...(minor >= 8 ? ["notification.webhook_job_http_client_timeout"] : []),
    "log.level",
    ...within("https", ["certificate", "private_key"]),
    ...within("metric", ["enabled", "port", "path"]),
    ...(isFilled(at(values, "storage_service.redirect"))
      ? [`storage_service.redirect.${minor >= 8 ? "disable" : "disabled"}`]
      : []),
    ...(minor >= 13 && at(values, "external_redis.tlsOptions.enable") === true
      ? ["external_redis.tlsOptions.rootCA"]
      : []),
    ...within("external_database", ["host", "port", "db_name", "username", "password", "ssl_mode"]).map(
      (path) => path.replace("external_database.", "external_database.harbor."),
    ),
  ];
}

/**
 * What `prepare` would stop at, as far as harbor.yml alone shows it. It stops after it has wiped its configuration, so
 * this is asked first (facts: harbor §3.1).
 * @param minor of the installer: 9 for 2.9
 * @throws HARBOR_YML_UNREADABLE
 */
export function refusalsOf(yaml: string, minor: Minor, subject: string): readonly Refusal[] {
  const { values } = parseHarborYml(yaml, subject);
  const missing = required(values, minor)
    .filter((path) => at(values, path) === undefined)
    .map((setting): Refusal => ({ setting, reason: "missing" }));
  const checked = ["hostname", "https.certificate", "https.private_key"];
  const placeholding = checked
    .filter((path) => placeholders.has(at(values, path)))
    .map((setting): Refusal => ({ setting, reason: "placeholder" }));
  const level = at(values, "log.level");
  const endpoint = at(values, "log.external_endpoint");
  const protocol = at(values, "log.external_endpoint.protocol");
  return [
    ...missing,
    ...placeholding,
    ...(["127.0.0.1", "localhost"].includes(String(at(values, "hostname")))
      ? [{ setting: "hostname", reason: "loopback" } as const]
      : []),
    ...(level !== undefined && !logLevels.has(level)
      ? [{ setting: "log.level", reason: "unknown value" } as const]
      : []),
    ...(isFilled(endpoint) && protocol !== "tcp" && protocol !== "udp"
      ? [{ setting: "log.external_endpoint.protocol", reason: "unknown value" } as const]
      : []),
    ...dataVolume(yaml, at(values, "data_volume")),
    ...purging(at(values, "upload_purging")),
    ...cache(at(values, "cache")),
    ...trace(at(values, "trace")),
    ...core(at(values, "core")),
    ...(isFilled(at(values, "internal_tls")) &&
    at(values, "internal_tls.enabled") === true &&
    at(values, "internal_tls.dir") === undefined
      ? [{ setting: "internal_tls.dir", reason: "missing" } as const]
      : []),
  ];
}

/**
 * The wrapper script takes the last word of the line that has `data_volume:` in it, by grep and awk, and mounts that:
 * with a comment behind it, quotes or Windows line ends, another folder than the one that YAML names.
 */
function dataVolume(yaml: string, value: unknown): readonly Refusal[] {
  const words = yaml
    .split("\n")
    .filter((line) => /^[^#]*data_volume:/.test(line))
    .map((line) => line.split(/[ \t]+/).findLast((word) => word !== ""));
  const isPlain = words.length === 1 && words[0] === value;
  return value === undefined || isPlain ? [] : [{ setting: "data_volume", reason: "not plain" }];
}

/** models.py, PurgeUpload: whole hours with an `h`, two at least; what is not given has a default. */
function purging(section: unknown): readonly Refusal[] {
  if (!isFilled(section) || section["enabled"] !== true) return [];
  return ["age", "interval"]
    .filter((field) => isFilledText(section[field]))
    .filter((field) => Number(/^(\d+)h$/.exec(String(section[field]))?.[1] ?? 0) < 2)
    .map((field): Refusal => ({ setting: `upload_purging.${field}`, reason: "unknown value" }));
}

/** models.py, Cache. */
function cache(section: unknown): readonly Refusal[] {
  if (!isFilled(section) || section["enabled"] !== true) return [];
  const hours = Number(section["expire_hours"]);
  return Number.isFinite(hours) && hours > 0
    ? []
    : [{ setting: "cache.expire_hours", reason: "unknown value" }];
}

/** models.py, Trace: exactly one exporter. */
function trace(section: unknown): readonly Refusal[] {
  if (!isFilled(section) || section["enabled"] !== true) return [];
  const exporters = ["jaeger", "otel"].filter((name) => isFilled(section[name]));
  return exporters.length === 1 ? [] : [{ setting: "trace", reason: "unknown value" }];
}

/** models.py, Core. */
function core(section: unknown): readonly Refusal[] {
  const provider = isFilled(section) ? section["quota_update_provider"] : undefined;
  const isKnown = !isFilledText(provider) || provider === "db" || provider === "redis";
  return isKnown ? [] : [{ setting: "core.quota_update_provider", reason: "unknown value" }];
}

const isFilledText = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** A section with something in it; Python takes an empty one for none. */
const isFilled = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0;

function at(values: Values, path: string): unknown {
  const found = path
    .split(".")
    .reduce<unknown>(
      (here, key) => (typeof here === "object" && here !== null ? (here as Values)[key] : undefined),
      values,
    );
  return found === null ? undefined : found;
}
