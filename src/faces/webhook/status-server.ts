import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { bucketBounds, type ServedCounts } from "./counts.ts";
import type { ScanCounts } from "../../kinds/project-binding/admission/scan-cache.ts";

/** What the status pages tell. */
export interface Status {
  readonly ready: () => boolean;
  readonly metrics: () => string;
}

/** Serves /healthz, /readyz and /metrics over plain HTTP, as kubelets and Prometheus ask. */
export async function startStatusServer(
  address: { readonly host: string; readonly port: number },
  { ready, metrics }: Status,
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0];
    const send = (status: number, text: string): void => {
      response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
    };
    request.resume();
    if (path === "/healthz") send(200, "ok\n");
    else if (path === "/readyz") send(ready() ? 200 : 503, ready() ? "ok\n" : "not ready\n");
    else if (path === "/metrics") send(200, metrics());
    else send(404, "not found\n");
  });
  server.listen(address.port, address.host);
  await once(server, "listening");
  return server;
}

export interface Measured {
  readonly served: ServedCounts;
  readonly scans: ScanCounts;
  readonly scansKept: number;
  /** Seconds since 1970. */
  readonly certificateEnds: number;
  readonly bindings: number;
  readonly registrationFailures: number;
}

/** The Prometheus text format. */
export function metricsText(of: Measured): string {
  const lines: string[] = [];
  const metric = (name: string, type: string, help: string, values: readonly string[]): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...values);
  };
  const reviews = "moorline_admission_reviews_total";
  metric(
    reviews,
    "counter",
    "Admission reviews by path and outcome.",
    Object.entries(of.served.outcomes).map(([key, value]) => {
      const [route = "", outcome = ""] = key.split(" ");
      return `${reviews}{path="${route}",outcome="${outcome}"} ${value}`;
    }),
  );
  const seconds = "moorline_admission_review_seconds";
  let below = 0;
  const buckets = of.served.buckets.map((value, i) => {
    below += value;
    const bound = bucketBounds[i];
    return `${seconds}_bucket{le="${bound === undefined ? "+Inf" : bound / 1000}"} ${below}`;
  });
  metric(seconds, "histogram", "Time of a review in this process.", [
    ...buckets,
    `${seconds}_sum ${of.served.milliseconds / 1000}`,
    `${seconds}_count ${below}`,
  ]);
  const lookups = "moorline_admission_scan_lookups_total";
  metric(
    lookups,
    "counter",
    "Look-ups of scan reports by how they were answered.",
    Object.entries(of.scans).map(([key, value]) => `${lookups}{result="${key}"} ${value}`),
  );
  const gauges = [
    ["moorline_admission_scan_reports", "Scan reports kept.", of.scansKept],
    ["moorline_admission_bindings", "Bindings that ask for admission.", of.bindings],
    ["moorline_webhook_certificate_end_seconds", "End of the certificate, since 1970.", of.certificateEnds],
  ] as const;
  for (const [name, help, value] of gauges) metric(name, "gauge", help, [`${name} ${value}`]);
  const failures = "moorline_webhook_registration_failures_total";
  metric(failures, "counter", "Failed checks of certificate and registration.", [
    `${failures} ${of.registrationFailures}`,
  ]);
  return `${lines.join("\n")}\n`;
}
