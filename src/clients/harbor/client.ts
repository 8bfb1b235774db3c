import type { HttpEndpoint } from "../http/endpoint.ts";
import { HarborConnection, type HarborOptions } from "./connection.ts";
import { contentApi, type ContentApi } from "./content.ts";
import type { Credential } from "./credential.ts";
import { membersApi, type MembersApi } from "./members.ts";
import { projectsApi, quotasApi, type ProjectsApi, type QuotasApi } from "./projects.ts";
import { preheatApi, type PreheatApi } from "./preheat.ts";
import { registriesApi, type RegistriesApi } from "./registries.ts";
import { retentionsApi, type RetentionsApi } from "./retentions.ts";
import { robotsApi, type RobotsApi } from "./robots.ts";
import { scansApi, type ScansApi } from "./scans.ts";
import { settingsApi, type SettingsApi } from "./settings.ts";
import { systemApi, type SystemApi } from "./system.ts";

export type { Credential } from "./credential.ts";

/** Harbor's API v2.0, as far as the kinds need it. */
export interface HarborClient {
  readonly url: string;
  /** Login name; undefined for anonymous calls. */
  readonly username: string | undefined;
  readonly system: SystemApi;
  readonly projects: ProjectsApi;
  readonly quotas: QuotasApi;
  readonly robots: RobotsApi;
  readonly members: MembersApi;
  readonly content: ContentApi;
  readonly settings: SettingsApi;
  readonly scans: ScansApi;
  readonly registries: RegistriesApi;
  readonly retentions: RetentionsApi;
  readonly preheat: PreheatApi;
}

/**
 * Makes a client. Every call can fail with NETWORK_*, TLS_* and HARBOR_*; none is repeated by the client: errors say
 * whether and when trying again makes sense.
 * @param credential undefined asks as nobody
 * @throws NETWORK_SECRET_OVER_PLAIN_HTTP for a credential over http:// to another machine
 */
export function createHarborClient(
  endpoint: HttpEndpoint,
  credential: Credential | undefined,
  options: HarborOptions = {},
): HarborClient {
  const connection = new HarborConnection(endpoint, credential, options);
  return {
    url: endpoint.url,
    username: credential?.username,
    system: systemApi(connection),
    projects: projectsApi(connection),
    quotas: quotasApi(connection),
    robots: robotsApi(connection),
    members: membersApi(connection),
    content: contentApi(connection),
    settings: settingsApi(connection),
    scans: scansApi(connection),
    registries: registriesApi(connection),
    retentions: retentionsApi(connection),
    preheat: preheatApi(connection),
  };
}
