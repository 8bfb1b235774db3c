import type { HarborConnection } from "./connection.ts";
import { all } from "./paging.ts";
import * as schemas from "./schemas.ts";

export interface SettingsApi {
  /** Upstream registries for proxy caches and replication. */
  registries(signal?: AbortSignal): Promise<schemas.Registry[]>;
  scanners(signal?: AbortSignal): Promise<schemas.Scanner[]>;
  /** System administrators only; no robot may hold this right. */
  configurations(signal?: AbortSignal): Promise<schemas.Configurations>;
  cveAllowlist(signal?: AbortSignal): Promise<schemas.CveAllowlist>;
}

export function settingsApi(connection: HarborConnection): SettingsApi {
  return {
    registries: (signal) => all(connection, { path: "/registries", signal }, schemas.registry, "id"),
    scanners: (signal) => all(connection, { path: "/scanners", signal }, schemas.scanner, "name"),
    configurations: (signal) =>
      connection.read({ method: "GET", path: "/configurations", signal }, schemas.configurations),
    cveAllowlist: (signal) =>
      connection.read({ method: "GET", path: "/system/CVEAllowlist", signal }, schemas.cveAllowlist),
  };
}
