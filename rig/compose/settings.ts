import { join } from "node:path";
import { z } from "zod";

/** The keys of harbor.yml that matter here; like Harbor's own prepare, it passes over every other. */
export const harborYml = z.object({
  hostname: z.string(),
  http: z.object({ port: z.int() }).optional(),
  https: z
    .object({
      port: z.int().default(443),
      certificate: z.string().default(""),
      private_key: z.string().default(""),
      strong_ssl_ciphers: z.boolean().default(false),
    })
    .optional(),
  external_url: z.string().optional(),
  harbor_admin_password: z.string(),
  data_volume: z.string(),
  _version: z.string(),
});

export type HarborYml = z.infer<typeof harborYml>;

/** What a Harbor on the rig needs to know besides, as its containers share the machine's network. */
export const rigSettings = z.object({
  /** The images' tag, with its v. */
  version: z.string(),
  /** Where the sandbox's Harbor listens, in plain HTTP on 127.0.0.1. */
  corePort: z.int(),
  portalPort: z.int(),
});

export type RigSettings = z.infer<typeof rigSettings>;

/** In the installer's folder. */
export const rigSettingsName = "rig.json";

/** The text of a harbor.yml as the installer's template has it, with comments and keys that nobody needs here. */
export function harborYmlText(given: {
  readonly hostName: string;
  readonly httpPort: number;
  /** Without it the section is commented out. */
  readonly https?: { readonly port: number; readonly certificate: string; readonly privateKey: string };
  readonly dataVolume: string;
  readonly version: string;
}): string {
  const { https } = given;
  const mark = https === undefined ? "# " : "";
  return `# Configuration file of Harbor

# The IP address or hostname to access admin UI and registry service.
# DO NOT use localhost or 127.0.0.1, because Harbor needs to be accessed by external clients.
hostname: ${given.hostName}

# http related config
http:
  # port for http, default is 80. If https enabled, this port will redirect to https port
  port: ${given.httpPort}

# https related config
${mark}https:
${mark}  # https port for harbor, default is 443
${mark}  port: ${https?.port ?? 443}
${mark}  # The path of cert and key files for nginx
${mark}  certificate: ${https?.certificate ?? "/your/certificate/path"}
${mark}  private_key: ${https?.privateKey ?? "/your/private/key/path"}
  # enable strong ssl ciphers (default: false)
  # strong_ssl_ciphers: false

# Uncomment external_url if you want to enable external proxy
# And when it enabled the hostname will no longer used
# external_url: https://reg.mydomain.com:8433

# The initial password of Harbor admin
# It only works in first time to install harbor
harbor_admin_password: Harbor12345

# Harbor DB configuration
database:
  password: root123   # Change it before production use
  max_idle_conns: 100
  max_open_conns: 900

# The default data volume
data_volume: ${given.dataVolume}

jobservice:
  # Maximum number of job workers in job service
  max_job_workers: 10
  job_loggers:
    - STD_OUTPUT
    - FILE
    # - DB
  logger_sweeper_duration: 1 #days

notification:
  webhook_job_max_retry: 3
  webhook_job_http_client_timeout: 3 #seconds

# Log configurations
log:
  level: info
  local:
    rotate_count: 50
    rotate_size: 200M
    location: ${join(given.dataVolume, "log")}

#This attribute is for migrator to detect the version of the .cfg file, DO NOT MODIFY!
_version: ${given.version}
`;
}
