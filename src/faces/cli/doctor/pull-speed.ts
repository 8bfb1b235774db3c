import { openEndpoint, type TlsOptions } from "../../../clients/http/endpoint.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { Credential } from "../../../clients/harbor/credential.ts";
import { createHarborClient } from "../../../clients/harbor/client.ts";
import { createRegistryClient } from "../../../clients/registry/client.ts";
import { parseImageReference } from "../../../clients/registry/reference.ts";
import { isCached } from "../../../diagnosis/pull-speed/cache.ts";
import { judgePull } from "../../../diagnosis/pull-speed/judge.ts";
import { measurePull } from "../../../diagnosis/pull-speed/measure.ts";
import { rateOf, type PullMeasurement } from "../../../diagnosis/pull-speed/measurement.ts";
import { nodeLimits } from "../../../diagnosis/pull-speed/node-limits.ts";
import { describeFinding, type Finding } from "../../../model/finding.ts";
import type { Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";

export interface SpeedQuestion {
  readonly image: string;
  readonly tls: TlsOptions;
  /** Nobody's, where absent. */
  readonly credential: Credential | undefined;
  /** Names of nodes whose limits are asked. */
  readonly nodes: readonly string[];
  /** Called only where a node is named. */
  connect(this: void): Promise<KubernetesClient>;
}

/** Measures a pull from this machine, and asks nodes for their limits. @throws what a pull throws */
export async function measureSpeed(question: SpeedQuestion, signal: AbortSignal): Promise<PullMeasurement> {
  const { image, tls, credential } = question;
  const { registry, repository, reference } = parseImageReference(image);
  const { hostname, port } = new URL(`https://${registry}`);
  const cached = await cachedBefore(question, signal);
  const measured = await measurePull(
    {
      host: hostname.replaceAll(/^\[|\]$/g, ""),
      port: port === "" ? 443 : Number(port),
      tls,
      repository,
      reference,
      open: (connections) => {
        const endpoint = openEndpoint(`https://${registry}`, { tls, connections });
        return {
          ...createRegistryClient(endpoint, credential),
          [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose](),
        };
      },
    },
    () => performance.now(),
    signal,
  );
  const kubernetes = question.nodes.length === 0 ? undefined : await question.connect();
  const nodes =
    kubernetes === undefined
      ? []
      : await Promise.all(question.nodes.map((name) => nodeLimits(kubernetes, name, signal)));
  return { image, ...measured, ...(cached !== undefined && { cached }), nodes };
}

/** Whether a proxy cache holds the image, asked before the pull that may put it there. */
async function cachedBefore(
  { image, tls, credential }: SpeedQuestion,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { registry, ...asked } = parseImageReference(image);
  await using endpoint = openEndpoint(`https://${registry}`, { tls, connections: 1 });
  const client = createRegistryClient(endpoint, credential);
  return isCached(createHarborClient(endpoint, credential), client, asked, signal);
}

/** In words: each stage, each download, and what to change. */
export function showSpeed(measured: PullMeasurement, language: Language): string {
  const { stages, downloads, layers } = measured;
  const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);
  const say = (text: Parameters<typeof render>[0]): string => render(text, language);
  const lines = [
    ...Object.entries(stages).map(([stage, ms]) =>
      say(message(`doctor.stage.${stage as keyof typeof stages}`, { ms: Math.round(ms) })),
    ),
    say(
      message("doctor.layers", {
        count: layers.length,
        size: mebibytes(layers.reduce((sum, size) => sum + size, 0)),
      }),
    ),
    ...downloads.map((d) =>
      say(
        message("doctor.download", {
          connections: d.connections,
          size: mebibytes(d.bytes),
          ms: Math.round(d.ms),
          rate: mebibytes(rateOf(d)),
        }),
      ),
    ),
  ];
  const found = judgePull(measured);
  const said = found.map((f: Finding) => describeFinding(f, language));
  return [...lines, "", ...(said.length === 0 ? [say(message("doctor.fast"))] : said)].join("\n");
}

/** The same as data. */
export function speedJson(measured: PullMeasurement, language: Language): object {
  const findings = judgePull(measured).map((f) => ({ ...f, text: describeFinding(f, language) }));
  return { ...measured, findings };
}
