import type { HttpBindings } from "@hono/node-server";
import type { ServerOptions } from "node:https";
import { TLSSocket, type SecureContextOptions } from "node:tls";
import type { Sensitive } from "../../model/sensitive.ts";

export interface HarborTls {
  /** The certificate and its chain. */
  readonly certificatePem: string;
  readonly privateKeyPem: Sensitive;
  /** Whose client certificates count. */
  readonly clientCaPem?: string;
  /** With it, who shows no such certificate gets nginx's 400. */
  readonly requireClientCertificate?: boolean;
}

export function secureContext(tls: HarborTls): SecureContextOptions {
  return {
    cert: tls.certificatePem,
    key: tls.privateKeyPem.reveal(),
    minVersion: "TLSv1.2",
    ...(tls.clientCaPem === undefined ? {} : { ca: tls.clientCaPem }),
  };
}

/** A client without a certificate gets as far as HTTP, as with nginx's `ssl_verify_client` (facts/harbor.md §4). */
export function tlsServerOptions(tls: HarborTls): ServerOptions {
  return { ...secureContext(tls), requestCert: tls.clientCaPem !== undefined, rejectUnauthorized: false };
}

/** nginx's answer to a client whose certificate is missing or not of the right CA; undefined where all is well. */
export function refuseWithoutCertificate(
  tls: HarborTls | undefined,
  env: HttpBindings,
): Response | undefined {
  const socket = env.incoming.socket;
  if (tls?.requireClientCertificate !== true || !(socket instanceof TLSSocket) || socket.authorized)
    return undefined;
  const shown = Object.keys(socket.getPeerCertificate()).length > 0;
  const title = shown ? "The SSL certificate error" : "No required SSL certificate was sent";
  const html = `<html>\r\n<head><title>400 ${title}</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>${title}</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return new Response(html, { status: 400, headers: { "content-type": "text/html" } });
}
