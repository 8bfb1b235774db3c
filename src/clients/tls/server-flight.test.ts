import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "../http/testing/certificates.ts";
import { serveHttps } from "../http/testing/servers.ts";
import { dialFromHere } from "../host/dial.ts";
import { allSuites } from "./cipher-suites.ts";
import { clientHello } from "./hello.ts";
import { NotTls, readServerFlight } from "./server-flight.ts";

/** Everything that a real server of OpenSSL answers a hello with, in the clear. */
async function recorded(): Promise<Buffer> {
  const leaf = makeAuthority().issue({ san: "DNS:harbor.example.com" });
  await using server = await serveHttps({ cert: leaf.certificate, key: leaf.key }, (_, response) =>
    response.end(),
  );
  const socket = await dialFromHere("127.0.0.1", server.port, AbortSignal.timeout(5000));
  const hello = clientHello({
    version: "TLSv1.2",
    suites: allSuites,
    serverName: "harbor.example.com",
    randomBytes,
  });
  socket.write(hello);
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    if (readServerFlight(bytes).complete) break;
  }
  return bytes;
}

function outcomeOf(bytes: Buffer): "read" | "refused" {
  try {
    readServerFlight(bytes);
    return "read";
  } catch (thrown) {
    if (thrown instanceof NotTls) return "refused";
    throw thrown;
  }
}

describe("what a server answers in the clear", () => {
  test("is read from a real server, and stays the same however little has arrived", async () => {
    const bytes = await recorded();
    const whole = readServerFlight(bytes);
    expect(whole).toMatchObject({ version: 0x0303, complete: true, asksForClient: false });
    expect(whole.chain).toHaveLength(1);
    for (let length = 0; length < bytes.length; length++) {
      const part = readServerFlight(bytes.subarray(0, length));
      expect(part.chain.length === 0 || part.chain[0]?.equals(whole.chain[0] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  test("is refused or read, but never crashes, whatever arrives", async () => {
    const bytes = await recorded();
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.oneof(changes, fc.uint8Array({ maxLength: 200 })), (given) => {
        const broken = given instanceof Uint8Array ? Buffer.from(given) : Buffer.from(bytes);
        if (!(given instanceof Uint8Array)) for (const [at, byte] of given) broken[at] = byte;
        expect(["read", "refused"]).toContain(outcomeOf(broken));
      }),
      { numRuns: 2000 },
    );
  });

  test("plain HTTP and SSH are no TLS", () => {
    for (const text of ["HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-OpenSSH_9.2\r\n"])
      expect(() => readServerFlight(Buffer.from(text))).toThrow(NotTls);
  });
});
