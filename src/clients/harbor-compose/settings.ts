import { isMap, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import { parseHarborVersion, type HarborVersion } from "../harbor/versions.ts";

/** harbor.yml is 15 kB as it comes; a megabyte of comments is still read. */
export const largestHarborYml = 1024 * 1024;

/** The newest installer whose harbor.yml and prepare were read (facts: harbor §2, §3). */
const newestInstaller = [2, 15] as const;
const oldestInstaller = [2, 4] as const;

/** What harbor.yml says, as far as it matters to certificates; defaults are `prepare`'s own. */
export interface HarborSettings {
  readonly version: HarborVersion;
  readonly hostname: string;
  /** What clients are told to use instead of hostname and port. */
  readonly externalUrl?: string;
  readonly httpPort: number;
  /** Absent where Harbor serves plain HTTP. The paths may still be the template's placeholders. */
  readonly https?: { readonly port: number; readonly certificate: string; readonly privateKey: string };
  readonly dataVolume: string;
  /** The folder of the certificates that Harbor's components use among themselves. */
  readonly internalTls?: string;
  /** CAs of the object storage; `prepare` stops where it can not be read. */
  readonly caBundle?: string;
}

/** The names that clients use: of `hostname`, and of `external_url` where it is another. */
export function namesOfHarbor({ hostname, externalUrl }: HarborSettings): readonly string[] {
  const outside = externalUrl === undefined ? [] : [new URL(externalUrl).hostname.replace(/^\[|\]$/g, "")];
  return [...new Set([hostname, ...outside])];
}

const text = z.union([z.string(), z.number()]).transform(String);
const port = z.coerce.number().int().min(1).max(65535);
const optionalText = text
  .nullish()
  .transform((value) => (value === null || value === "" ? undefined : value));

const harborYml = z.object({
  _version: text,
  hostname: text,
  external_url: optionalText,
  http: z.object({ port: port.default(80) }).nullish(),
  https: z
    .object({ port: port.default(443), certificate: optionalText, private_key: optionalText })
    .nullish(),
  data_volume: z.string().startsWith("/"),
  internal_tls: z.object({ enabled: z.boolean().nullish(), dir: optionalText }).nullish(),
  storage_service: z.object({ ca_bundle: optionalText }).nullish(),
});

/**
 * Reads harbor.yml as `prepare` does: YAML 1.1, unknown keys ignored.
 * @param subject the file's path
 * @throws HARBOR_YML_UNREADABLE, HARBOR_COMPOSE_VERSION_UNSUPPORTED
 */
export function readSettings(yaml: string, subject: string): HarborSettings {
  const parsed = harborYml.safeParse(parseHarborYml(yaml, subject).values);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unreadable(subject, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not as expected"}`);
  }
  const { data } = parsed;
  const version = parseHarborVersion(data._version);
  if (version === undefined) throw unreadable(subject, `_version: ${data._version}`);
  if (!isKnownInstaller(version)) {
    const parameters = {
      version: version.text,
      oldest: oldestInstaller.join("."),
      newest: newestInstaller.join("."),
    };
    throw new MoorlineError("HARBOR_COMPOSE_VERSION_UNSUPPORTED", { subject, parameters });
  }
  const externalUrl = data.external_url;
  if (externalUrl !== undefined && !URL.canParse(externalUrl))
    throw unreadable(subject, `external_url: ${externalUrl}`);
  const { https, internal_tls: internal } = data;
  const caBundle = data.storage_service?.ca_bundle;
  return {
    version,
    hostname: data.hostname,
    ...(externalUrl !== undefined && { externalUrl }),
    httpPort: data.http?.port ?? 80,
    ...(https !== null &&
      https !== undefined && {
        https: {
          port: https.port,
          certificate: https.certificate ?? "",
          privateKey: https.private_key ?? "",
        },
      }),
    dataVolume: data.data_volume.replace(/(?<=.)\/+$/, ""),
    ...(internal?.enabled === true && internal.dir !== undefined && { internalTls: internal.dir }),
    ...(caBundle !== undefined && { caBundle }),
  };
}

const isKnownInstaller = ({ major, minor }: HarborVersion): boolean =>
  major === oldestInstaller[0] && minor >= oldestInstaller[1] && minor <= newestInstaller[1];

/** harbor.yml as nodes that know their place, and as values. */
export interface ParsedHarborYml {
  readonly root: YAMLMap;
  readonly values: Readonly<Record<string, unknown>>;
}

/** @throws HARBOR_YML_UNREADABLE for what is no YAML, and for keys that are there twice */
export function parseHarborYml(yaml: string, subject: string): ParsedHarborYml {
  const document = parseDocument(yaml, { version: "1.1", prettyErrors: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw unreadable(subject, problem.message.split("\n")[0] ?? problem.code);
  if (!isMap(document.contents)) throw unreadable(subject, "no settings in it");
  try {
    return { root: document.contents, values: document.toJS() as Record<string, unknown> };
  } catch (thrown) {
    // Aliases that lead nowhere, or to too much.
    throw unreadable(subject, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const unreadable = (subject: string, reason: string): MoorlineError =>
  new MoorlineError("HARBOR_YML_UNREADABLE", { subject, parameters: { reason } });
