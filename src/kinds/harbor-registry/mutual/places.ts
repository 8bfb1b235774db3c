import { join } from "node:path/posix";
import { harborPaths } from "../../../clients/harbor-compose/client.ts";

/**
 * Folder in the proxy's container that our folder is mounted at. It lies below the folder that Harbor itself mounts there, so that a
 * container which runs already has it at the same place.
 */
export const insideDirectory = "/etc/nginx/moorline";
/** Folder in the container that the log's folder is mounted at. */
export const insideLogs = "/etc/nginx/moorline-log";

/** What nginx's own configuration includes, each a file of our own that never changes (facts: harbor §3.3). */
export const entries = {
  /** In the http context, before Harbor's own settings. */
  http: "moorline.upstream.conf",
  /** In the server that speaks TLS. */
  server: "harbor.https.moorline.conf",
} as const;

/** Files of the folder that is mounted whole, so that they may be replaced while the proxy runs. */
export const parts = {
  http: "http.conf",
  server: "server.conf",
  authority: "ca.pem",
  list: "crl.pem",
} as const;
export type Part = (typeof parts)[keyof typeof parts];

/** Where everything of ours lies on Harbor's machine. */
export interface Places {
  readonly directory: string;
  /** Mounted at {@link insideDirectory}. */
  readonly nginx: string;
  readonly entries: string;
  readonly logs: string;
  readonly log: string;
  /** What was learnt from logs that have been emptied since. */
  readonly clients: string;
  /** What nginx was last told to load. */
  readonly loaded: string;
  /** Where a container that was made before our mounts has the same things: in Harbor's own folder, which `prepare` empties. */
  readonly below: {
    readonly nginx: string;
    readonly entries: string;
    readonly logs: string;
    readonly log: string;
  };
}

/**
 * @param name of the HarborRegistry
 * @param harbor the installer's folder
 */
export function placesOf(name: string, directory: string | undefined, harbor: string): Places {
  const base = directory ?? `/etc/moorline/harbor/${name}`;
  const { nginxConfig } = harborPaths(harbor);
  return {
    directory: base,
    nginx: join(base, "nginx"),
    entries: join(base, "entries"),
    logs: join(base, "log"),
    log: join(base, "log", "clients.log"),
    clients: join(base, "clients.json"),
    loaded: join(base, "loaded.json"),
    below: {
      nginx: join(nginxConfig, "moorline"),
      entries: join(nginxConfig, "conf.d"),
      logs: join(nginxConfig, "moorline-log"),
      log: join(nginxConfig, "moorline-log", "clients.log"),
    },
  };
}

/** A bind mount of the service `proxy`. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** The mounts: folders for all that changes, single files only for what never does. */
export function mountsOf(places: Places): readonly Mount[] {
  return [
    { source: places.nginx, target: insideDirectory, readOnly: true },
    { source: places.logs, target: insideLogs, readOnly: false },
    ...Object.values(entries).map((name) => ({
      source: join(places.entries, name),
      target: `/etc/nginx/conf.d/${name}`,
      readOnly: true,
    })),
  ];
}
