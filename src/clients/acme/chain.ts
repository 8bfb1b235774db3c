import { MoorlineError } from "../../model/errors.ts";
import { readCertificates } from "../../pki/certificate.ts";
import type { HttpResponse } from "../http/endpoint.ts";
import type { Order } from "./resources.ts";
import type { AcmeSession } from "./session.ts";

const accept = { accept: "application/pem-certificate-chain" };
const mostAlternates = 8;

/**
 * Fetches an order's certificate with its chain.
 * @param preferred common name of an issuer in the chain that is wanted; where no chain has it, the server's own choice
 * @returns PEM, the certificate first
 * @throws ACME_SERVER_UNREADABLE, PKI_*
 */
export async function download(
  session: AcmeSession,
  order: Order,
  preferred: string | undefined,
): Promise<string> {
  if (order.certificate === undefined)
    throw new MoorlineError("ACME_SERVER_UNREADABLE", {
      subject: session.name,
      parameters: { reason: `${order.url}: valid, without a certificate` },
    });
  const first = await session.demand(order.certificate, undefined, { headers: accept });
  const chain = first.text();
  if (preferred === undefined || hasIssuer(chain, preferred)) return chain;
  for (const url of alternates(first, order.certificate).slice(0, mostAlternates)) {
    const other = (await session.demand(url, undefined, { headers: accept })).text();
    if (hasIssuer(other, preferred)) return other;
  }
  return chain;
}

const hasIssuer = (chain: string, commonName: string): boolean =>
  readCertificates(chain, "the chain").some((c) => c.issuer.text.split(/,\s*/).includes(`CN=${commonName}`));

/** The links to other chains of the same certificate (RFC 8555 §7.4.2, RFC 8288 §3). */
function alternates({ headers }: HttpResponse, base: string): readonly string[] {
  const links = headers.link?.matchAll(/<([^<>]*)>([^<]*)/g) ?? [];
  return [...links]
    .filter(([, , parameters]) => /;\s*rel="?alternate"?/i.test(parameters ?? ""))
    .map(([, target]) => new URL(target ?? "", base).href);
}
