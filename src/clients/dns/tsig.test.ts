import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { decode } from "dns-packet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { signMessage, tsigAlgorithms, verifyAnswer, type TsigKey } from "./tsig.ts";
import { updateMessage } from "./update.ts";
import { encodeName, encodeRecord, lastRecord, textData, types } from "./wire.ts";

const now = new Date("2026-06-01T12:00:00Z");
const secret = Buffer.alloc(32, 7).toString("base64");
const key: TsigKey = { name: "Moorline.Key.", algorithm: "hmac-sha256", secret: new Sensitive(secret) };
const record = { name: "_acme-challenge.harbor.example.com", text: "a-value", ttl: 60 };
const request = updateMessage(4242, "example.com", "add", record);

/** What a server answers: the request's id, an empty response, signed over the request's MAC. */
function answerTo(
  signed: { readonly mac: Buffer },
  by: TsigKey,
  options: { readonly at?: Date; readonly error?: number; readonly unsigned?: boolean } = {},
): Buffer {
  const bare = Buffer.alloc(12);
  bare.writeUInt16BE(4242, 0);
  bare.writeUInt16BE(0x8000 | (5 << 11) | (options.error === undefined ? 0 : 9), 2);
  const time = Buffer.alloc(8);
  time.writeUIntBE(Math.floor((options.at ?? now).getTime() / 1000), 0, 6);
  time.writeUInt16BE(300, 6);
  const two = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  const error = options.error ?? 0;
  const name = encodeName(by.name);
  const algorithm = encodeName(by.algorithm);
  const mac = createHmac(by.algorithm.slice(5), Buffer.from(by.secret.reveal(), "base64"))
    .update(Buffer.concat([two(signed.mac.length), signed.mac, bare]))
    .update(Buffer.concat([name, two(255), Buffer.alloc(4), algorithm, time, two(error), two(0)]))
    .digest();
  const kept = options.unsigned === true ? Buffer.alloc(0) : mac;
  const data = Buffer.concat([algorithm, time, two(kept.length), kept, two(4242), two(error), two(0)]);
  const tsig = encodeRecord({ name: by.name, type: types.TSIG, class: 255, ttl: 0, data });
  const answer = Buffer.concat([bare, tsig]);
  answer.writeUInt16BE(1, 10);
  return answer;
}

const codeOf = (work: () => void): string => {
  try {
    work();
    return "none";
  } catch (thrown) {
    if (!isError(thrown, "DNS_ANSWER_FORGED", "DNS_KEY_REFUSED", "DNS_ANSWER_UNREADABLE")) throw thrown;
    const { reason, code } = thrown.parameters;
    return [thrown.code, reason ?? code].filter((part) => typeof part === "string").join(" ");
  }
};

describe("a request is signed as RFC 8945 says", () => {
  test.each(tsigAlgorithms)("with %s, as openssl computes it over the bytes that §4.3 lists", (algorithm) => {
    const signed = signMessage(request, { ...key, algorithm }, now);
    const seconds = Math.floor(now.getTime() / 1000);
    const time = Buffer.from(seconds.toString(16).padStart(12, "0") + "012c", "hex");
    const digested = Buffer.concat([
      request,
      Buffer.from("\x08moorline\x03key\x00", "latin1"),
      Buffer.from("00ff00000000", "hex"),
      Buffer.from(`\x0b${algorithm}\x00`, "latin1"),
      time,
      Buffer.alloc(4),
    ]);
    const digest = algorithm.replace("hmac-", "");
    const hexKey = Buffer.from(secret, "base64").toString("hex");
    const said = execFileSync(
      "openssl",
      ["dgst", `-${digest}`, "-mac", "HMAC", "-macopt", `hexkey:${hexKey}`],
      {
        input: digested,
      },
    );
    expect(said.toString().trim().split(" ").at(-1)).toBe(signed.mac.toString("hex"));
  });

  test("and the record stands last, counted, with the key's name in lower case", () => {
    const { message } = signMessage(request, key, now);
    const decoded = decode(message);
    expect(decoded.additionals).toHaveLength(1);
    expect(decoded.additionals?.[0]).toMatchObject({
      type: "TSIG",
      name: "moorline.key",
      ttl: 0,
      class: "ANY",
    });
    expect(lastRecord(message)).toMatchObject({ type: types.TSIG, end: message.length });
    expect(message.subarray(0, 10)).toEqual(request.subarray(0, 10));
  });

  test("and a secret that is not base64 is refused before anything is sent", () => {
    expect(() => signMessage(request, { ...key, secret: new Sensitive("not base64!") }, now)).toThrow(
      expect.objectContaining({ code: "DNS_KEY_UNREADABLE" }) as Error,
    );
  });
});

describe("an answer is believed only where it is signed over the request", () => {
  const signed = signMessage(request, key, now);
  const check = (answer: Buffer, mac = signed.mac): string =>
    codeOf(() => verifyAnswer(answer, key, mac, "server", now));

  test("with the same key", () => {
    expect(check(answerTo(signed, key))).toBe("none");
    const other = { ...key, secret: new Sensitive(Buffer.alloc(32, 8).toString("base64")) };
    expect(check(answerTo(signed, other))).toBe("DNS_ANSWER_FORGED signature");
  });

  test("and not where it answers another request, is old, or bears no signature", () => {
    expect(check(answerTo(signed, key), Buffer.alloc(32))).toBe("DNS_ANSWER_FORGED signature");
    expect(check(answerTo(signed, key, { at: new Date("2026-06-01T13:00:00Z") }))).toBe(
      "DNS_ANSWER_FORGED time",
    );
    expect(check(Buffer.concat([Buffer.from([16, 146, 0xa8, 0]), Buffer.alloc(8)]))).toBe(
      "DNS_ANSWER_FORGED no TSIG record",
    );
  });

  test("and a server's own refusal of the key is told by its name", () => {
    expect(check(answerTo(signed, key, { error: 17, unsigned: true }))).toBe("DNS_KEY_REFUSED BADKEY");
    expect(check(answerTo(signed, key, { error: 16, unsigned: true }))).toBe("DNS_KEY_REFUSED BADSIG");
    expect(check(answerTo(signed, key, { error: 18 }))).toBe("DNS_KEY_REFUSED BADTIME");
  });

  test("and one flipped bit anywhere in it is never believed", () => {
    const answer = answerTo(signed, key);
    // The id and the original id are compared by whoever exchanges messages; the TSIG's own time to live is not signed.
    fc.assert(
      fc.property(fc.nat(answer.length * 8 - 1), (bit) => {
        const at = bit >> 3;
        const name = encodeName(key.name).length;
        fc.pre(at >= 2 && !(at >= 12 + name && at < 12 + name + 8));
        const changed = Buffer.from(answer);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << (bit & 7)), at);
        // A letter of the algorithm's name in the other case is the same name.
        fc.pre(changed.toString("latin1").toLowerCase() !== answer.toString("latin1").toLowerCase());
        // The key's own name in the record is not what is verified with.
        fc.pre(at < 12 || at >= 12 + name);
        expect(check(changed)).not.toBe("none");
      }),
      { numRuns: 300 },
    );
  });

  test("and bytes of any sort are an error with a code, never a crash", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 200 }), (bytes) => {
        expect(check(Buffer.from(bytes))).not.toBe("none");
      }),
      { numRuns: 500 },
    );
  });
});

test("a text longer than 255 bytes is cut into character strings, and none is lost", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (length) => {
      const data = textData("x".repeat(length));
      let at = 0;
      let seen = 0;
      while (at < data.length) {
        seen += data.readUInt8(at);
        at += data.readUInt8(at) + 1;
      }
      expect([at, seen]).toEqual([data.length, length]);
    }),
  );
});
