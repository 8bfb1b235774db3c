import { hash } from "node:crypto";
import { Hono } from "hono";
import { readCrl } from "../../pki/crl.ts";
import { crlLimits, pemBlocks } from "../../pki/pem.ts";

/** A client may keep a list this long at most, in seconds: a revocation should be known within the hour. */
const longestKept = 3600;

const isList = (label: string): boolean => /^(X509 )?CRL$/.test(label);

/** Where the lists come from, and what time it is. */
export interface ListSource {
  /** PEM, the issuing CA's list first, then of other CAs; undefined where there is none. Read anew for each request. */
  read(): Promise<string | undefined>;
  now(): Date;
}

/** The path of one CA's list: by the identifier of its key, which every certificate of that CA names. */
export const listPath = (authorityKeyId: string): string => `/${authorityKeyId}.crl`;

/** The current CA's list, or one by {@link listPath}. */
export const listFile = "ca.crl|[0-9a-f]{8,128}.crl";

/**
 * Serves revocation lists where certificates say that they are (RFC 5280 §4.2.1.13): one list an address, in DER as
 * `application/pkix-crl` (RFC 2585 §4.2), to GET and HEAD. `/ca.crl` is the current CA's, and each CA's own address, so that
 * of one that gives way too, is its key's.
 */
export function revocationListApp(source: ListSource): Hono {
  const app = new Hono();
  const route = `/:file{${listFile}}`;
  app.get(route, async (context) => {
    const file = `/${context.req.param("file") ?? ""}`;
    const pem = await source.read();
    const all = pem === undefined ? [] : pemBlocks(pem, "the CRL", crlLimits).filter((b) => isList(b.label));
    const block =
      file === "/ca.crl" ? all[0] : all.find((b) => listPath(readCrl(b.text).authorityKeyId ?? "") === file);
    if (block === undefined) return context.text("there is no revocation list\n", 404);
    const list = readCrl(block.text);
    const left = Math.floor(((list.nextUpdate ?? source.now()).getTime() - source.now().getTime()) / 1000);
    const etag = `"${hash("sha256", block.der, "hex").slice(0, 32)}"`;
    const headers = {
      "cache-control": `public, max-age=${Math.max(0, Math.min(longestKept, left))}`,
      etag,
      "last-modified": list.thisUpdate.toUTCString(),
      "x-content-type-options": "nosniff",
    };
    if (context.req.header("if-none-match") === etag) return context.body(null, 304, headers);
    return context.body(new Uint8Array(block.der), 200, {
      ...headers,
      "content-type": "application/pkix-crl",
    });
  });
  app.all(route, (context) => context.text("GET and HEAD only\n", 405, { allow: "GET, HEAD" }));
  return app;
}
