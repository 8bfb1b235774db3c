import type { Solver } from "../../../../clients/acme/solver.ts";
import { dnsUpdateSolver } from "../../../../clients/acme/solvers/dns-update.ts";
import { hookSolver } from "../../../../clients/acme/solvers/hook.ts";
import { listenerSolver } from "../../../../clients/acme/solvers/listener.ts";
import { webrootSolver } from "../../../../clients/acme/solvers/webroot.ts";
import type { DnsServer } from "../../../../clients/dns/exchange.ts";
import type { TsigKey } from "../../../../clients/dns/tsig.ts";
import { readSecretValue } from "../../../shared/secret-value.ts";
import type { CertificateContext } from "../../action.ts";
import type { AcmeChallenge, DnsHook, DnsUpdate } from "./schema-challenge.ts";
import { waitingOf } from "./waiting.ts";

/** The way of proving names that a document asks for. */
export async function openSolver(challenge: AcmeChallenge, context: CertificateContext): Promise<Solver> {
  const { http01, dns01 } = challenge;
  if (dns01?.update !== undefined) return updateSolver(dns01.update, context);
  if (dns01?.hook !== undefined) return programSolver(dns01.hook, context);
  const { world, document } = context;
  const { webroot } = http01 ?? {};
  if (webroot !== undefined) {
    const { on, directory } = webroot;
    const host = on === undefined ? world.host : await world.openHost(on, document.source.directory);
    return webrootSolver(host, directory);
  }
  const { address, port } = http01?.listen ?? { port: 80 };
  return listenerSolver({ port, ...(address !== undefined && { address }) });
}

async function updateSolver(update: DnsUpdate, context: CertificateContext): Promise<Solver> {
  const { world } = context;
  const key = await tsigKey(update, context);
  return dnsUpdateSolver({
    server: serverOf(update.server),
    ...(key !== undefined && { key }),
    ...(update.zone !== undefined && { zone: update.zone }),
    followAlias: update.followAlias,
    ...(update.visibleAt !== undefined && { visibleAt: update.visibleAt.map(serverOf) }),
    visibleWithinMs: update.visibleWithinSeconds * 1000,
    time: waitingOf(world),
    randomBytes: (length) => world.random.bytes(length),
  });
}

async function tsigKey(
  { key }: DnsUpdate,
  { document, world, signal }: CertificateContext,
): Promise<TsigKey | undefined> {
  if (key === undefined) return undefined;
  const what = { en: "the TSIG key", zh: " TSIG 密钥" };
  const secret = await readSecretValue(key.secret, what, document, world, signal);
  return { name: key.name, algorithm: key.algorithm, secret };
}

async function programSolver(
  hook: DnsHook,
  { document, world, signal }: CertificateContext,
): Promise<Solver> {
  const environment: Record<string, string> = {};
  for (const { name, ...place } of hook.environment) {
    const what = { en: `the value of ${name}`, zh: ` ${name} 的值` };
    environment[name] = (await readSecretValue(place, what, document, world, signal)).reveal();
  }
  const [program, ...more] = hook.command;
  return hookSolver({
    host: world.documentsHost,
    command: [program ?? "", ...more],
    timeoutMs: hook.timeoutSeconds * 1000,
    environment,
  });
}

/** `ns1.example.com`, `192.0.2.1:5353`, `[2001:db8::1]:53`; the schema knows no other form. */
export function serverOf(text: string): DnsServer {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: Number(port ?? 53) };
}
