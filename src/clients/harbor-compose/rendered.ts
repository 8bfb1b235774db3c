import { parse } from "yaml";
import { z } from "zod";

/** What `prepare` made of harbor.yml the last time, as docker-compose.yml shows it. */
export interface RenderedCompose {
  /** Names of the services. */
  readonly services: readonly string[];
  /** Whether nginx serves TLS: it then has the folder of the certificate mounted. */
  readonly tls: boolean;
  /** The host's port that leads to nginx's TLS port; absent without one, and where containers use the host's network. */
  readonly httpsPort?: number;
}

/** nginx in the container listens on 8443 for TLS, and on 8080 for what it sends there (nginx.https.conf.jinja). */
const tlsInside = 8443;

const service = z.object({
  ports: z.array(z.unknown()).nullish(),
  volumes: z.array(z.unknown()).nullish(),
});
const compose = z.object({ services: z.record(z.string(), service.nullable()) });

/** @returns undefined for what is no compose file */
export function readRendered(yaml: string): RenderedCompose | undefined {
  const parsed = compose.safeParse(safeYaml(yaml));
  if (!parsed.success) return undefined;
  const { services } = parsed.data;
  const httpsPort = services["proxy"]?.ports?.map(outsidePort).find((port) => port !== undefined);
  const tls = services["proxy"]?.volumes?.some((v) => typeof v === "string" && /:\/etc\/cert(?::|$)/.test(v));
  return {
    services: Object.keys(services),
    tls: tls === true,
    ...(httpsPort !== undefined && { httpsPort }),
  };
}

function outsidePort(mapping: unknown): number | undefined {
  const match = typeof mapping === "string" ? /(?:^|:)(\d+):(\d+)(?:\/tcp)?$/.exec(mapping) : null;
  return match !== null && Number(match[2]) === tlsInside ? Number(match[1]) : undefined;
}

function safeYaml(yaml: string): unknown {
  try {
    return parse(yaml);
  } catch {
    return undefined; // no compose file is an answer
  }
}

/**
 * The options with which Harbor was installed: `prepare` without them renders a Harbor without these parts.
 * trivy: all versions; notary to 2.8, chartmuseum to 2.7 (facts: harbor §0.1).
 */
export function prepareOptions({ services }: RenderedCompose): readonly string[] {
  const parts = {
    "trivy-adapter": "--with-trivy",
    "notary-server": "--with-notary",
    chartmuseum: "--with-chartmuseum",
  };
  return Object.entries(parts).flatMap(([service, option]) => (services.includes(service) ? [option] : []));
}
