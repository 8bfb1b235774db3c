import { join } from "node:path/posix";

/** Folder in the proxy's container that our folder is mounted at. */
export const insideDirectory = "/etc/moorline";
/** Folder in the container that the log's folder is mounted at. */
export const insideLogs = "/var/log/moorline";

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
}

/** @param name of the HarborRegistry */
export function placesOf(name: string, directory: string | undefined): Places {
  const base = directory ?? `/etc/moorline/harbor/${name}`;
  return {
    directory: base,
    nginx: join(base, "nginx"),
    entries: join(base, "entries"),
    logs: join(base, "log"),
    log: join(base, "log", "clients.log"),
    clients: join(base, "clients.json"),
    loaded: join(base, "loaded.json"),
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
