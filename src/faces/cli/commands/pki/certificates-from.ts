import { certificatePem, readCertificate } from "../../../../pki/certificate.ts";
import { isPem } from "../../../../pki/inspect.ts";
import { readBounded } from "../../../../pki/store.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import type { Invocation } from "../../command.ts";
import { resolvePath } from "./options.ts";

/** Certificates that a file holds or a server sends, as PEM. */
export interface CertificateSource {
  readonly pem: string;
  /** The host, where a server sent them. */
  readonly host?: string;
}

/**
 * Reads certificates from a file (PEM or DER), from standard input (`-`), or from the TLS server of an https:// URL.
 * @throws MoorlineError PKI_FILE_FAILED, PKI_CERTIFICATE_UNREADABLE, PKI_SERVER_SENT_NOTHING
 */
export async function certificatesFrom(invocation: Invocation, from: string): Promise<CertificateSource> {
  if (/^https:\/\//i.test(from)) return fromServer(invocation, from);
  const bytes =
    from === "-" ? await standardInput(invocation) : await readBounded(resolvePath(invocation, from));
  return {
    pem: isPem(bytes) ? Buffer.from(bytes).toString("latin1") : derToPem(bytes, from),
  };
}

/** Octets that are neither are left as they are: what reads PEM then says that this is none. */
function derToPem(bytes: Uint8Array, subject: string): string {
  const sequenceTag = 0x30;
  return bytes[0] === sequenceTag
    ? certificatePem(readCertificate(bytes, subject))
    : Buffer.from(bytes).toString("latin1");
}

async function standardInput(invocation: Invocation): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of invocation.io.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function fromServer(invocation: Invocation, url: string): Promise<CertificateSource> {
  const { probeTls } = await import("../../../../clients/tls/probe.ts");
  if (!URL.canParse(url))
    throw new MoorlineError("PKI_SERVER_SENT_NOTHING", { subject: url, parameters: { reason: "URL" } });
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const seen = await probeTls({
    host,
    port: port === "" ? 443 : Number(port),
    signal: invocation.io.stopping,
  });
  if (seen.chainPem.length === 0)
    throw new MoorlineError("PKI_SERVER_SENT_NOTHING", {
      subject: url,
      parameters: { reason: seen.failure ?? "TLS" },
    });
  return { pem: seen.chainPem.join("\n"), host };
}
