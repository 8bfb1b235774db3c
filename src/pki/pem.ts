import { MoorlineError } from "../model/errors.ts";
import type { Bilingual } from "../text/language.ts";

/** Largest PEM text that is read, in characters; a chain of a hundred certificates with RSA-4096 keys is a quarter of it. */
export const longestPem = 1024 * 1024;
/** A CRL names every revoked certificate, about 50 characters each. */
export const longestCrlPem = 8 * longestPem;

export interface PemLimits {
  /** Characters. */
  readonly characters: number;
  readonly blocks: number;
}

const usualLimits: PemLimits = { characters: longestPem, blocks: 100 };
export const crlLimits: PemLimits = { ...usualLimits, characters: longestCrlPem };
/** The public authorities of an operating system or browser are about 150. */
export const trustLimits: PemLimits = { ...usualLimits, blocks: 500 };

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, `X509 CRL`, … */
  readonly label: string;
  readonly der: Uint8Array<ArrayBuffer>;
  /** The block as it stood in the text, with its boundaries. */
  readonly text: string;
}

/**
 * Finds the PEM blocks of a text, in their order. Text around them is allowed (RFC 7468 §5.2), as openssl writes it.
 * @param subject what the text is, for errors: a file name, "the CA bundle"
 * @throws MoorlineError PKI_TOO_LARGE; PKI_NOT_PEM where nothing is there, or a block is cut off or not base64
 */
export function pemBlocks(text: string, subject: string, limits = usualLimits): readonly PemBlock[] {
  if (text.length > limits.characters)
    throw new MoorlineError("PKI_TOO_LARGE", {
      subject,
      parameters: { limit: `${limits.characters / 1024} KiB` },
    });
  const found: PemBlock[] = [];
  const begin = /-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,40})-----/g;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const [boundary, label = ""] = match;
    const end = `-----END ${label}-----`;
    const stop = text.indexOf(end, begin.lastIndex);
    if (stop === -1)
      throw notPem(subject, { en: `its ${label} block is cut off`, zh: `其中的 ${label} 块不完整` });
    if (found.length === limits.blocks)
      throw new MoorlineError("PKI_TOO_LARGE", { subject, parameters: { limit: `${limits.blocks} PEM` } });
    const body = text.slice(begin.lastIndex, stop);
    found.push({ label, der: decode(body, subject, label), text: `${boundary}${body}${end}\n` });
    begin.lastIndex = stop + end.length;
  }
  if (found.length === 0)
    throw notPem(subject, { en: "no BEGIN … END block is in it", zh: "其中没有 BEGIN … END 块" });
  return found;
}

function notPem(subject: string, reason: Bilingual): MoorlineError {
  return new MoorlineError("PKI_NOT_PEM", { subject, parameters: { reason } });
}

function decode(body: string, subject: string, label: string): Uint8Array<ArrayBuffer> {
  // RFC 1421 headers (Proc-Type, DEK-Info) stand before an empty line, in old encrypted keys
  const headersEnd = body.includes(":") ? /\r?\n\r?\n/.exec(body) : null;
  const base64 = (headersEnd === null ? body : body.slice(headersEnd.index)).replaceAll(/\s/g, "");
  if (base64 === "" || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw notPem(subject, {
      en: `its ${label} block is not base64`,
      zh: `其中的 ${label} 块不是有效的 base64`,
    });
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** Wraps DER as PEM (RFC 7468 §2: lines of 64 characters). */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
