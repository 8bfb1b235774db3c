import { hash } from "node:crypto";
import { Hono } from "hono";
import { readCrl } from "../../pki/crl.ts";
import { crlLimits, pemBlocks } from "../../pki/pem.ts";

/** A client may keep a list this long at most, in seconds: a revocation should be known within the hour. */
const longestKept = 3600;

/** Where the list comes from, and what time it is. */
export interface ListSource {
  /** PEM, the issuing CA's list first; undefined where there is none. Read anew for each request. */
  read(): Promise<string | undefined>;
  now(): Date;
}

/**
 * Serves a revocation list where certificates say that it is (RFC 5280 §4.2.1.13): one list in DER as
 * `application/pkix-crl` (RFC 2585 §4.2), to GET and HEAD at `/ca.crl`.
 */
export function revocationListApp(source: ListSource): Hono {
  const app = new Hono();
  app.get("/ca.crl", async (context) => {
    const pem = await source.read();
    const block = pem === undefined ? undefined : pemBlocks(pem, "the CRL", crlLimits)[0];
    if (pem === undefined || block === undefined) return context.text("there is no revocation list\n", 404);
    const list = readCrl(pem);
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
  app.all("/ca.crl", (context) => context.text("GET and HEAD only\n", 405, { allow: "GET, HEAD" }));
  return app;
}
