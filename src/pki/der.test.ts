import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { children, DerError, integer, oid, read, readOid, readTime, sequence, tags, write } from "./der.ts";
import { cidrFromBytes, cidrToBytes, ipFromBytes, ipIsWithin, ipToBytes } from "./ip.ts";

describe("DER", () => {
  test("that was written is read back, whatever its length", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 5 }), (contents) => {
        const written = sequence(...contents.map((c) => write(tags.octetString, c)));
        const found = children(read(written, tags.sequence)).map((e) => [...e.content]);
        expect(found).toEqual(contents.map((c) => [...c]));
      }),
    );
  });

  test("of an integer is minimal and not negative", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 160n }), (value) => {
        const { content } = read(integer(value), tags.integer);
        expect(BigInt(`0x${Buffer.from(content).toString("hex")}`)).toBe(value);
        expect((content[0] ?? 0) < 0x80).toBe(true);
        expect(content.length > 1 && content[0] === 0 && (content[1] ?? 0) < 0x80).toBe(false);
      }),
    );
  });

  test.each([
    "2.5.29.17",
    "1.2.840.113549.1.12.10.1.3",
    "0.9.2342.19200300.100.1.25",
    "2.16.840.1.101.3.4.1.42",
  ])("of the object identifier %s is read back", (id) => {
    expect(readOid(read(oid(id)))).toBe(id);
  });

  test.each([
    ["an indefinite length", [0x30, 0x80, 0, 0]],
    ["a length that is not minimal", [0x04, 0x81, 1, 0]],
    ["a length beyond the end", [0x04, 5, 0]],
    ["octets after the end", [0x05, 0, 0]],
    ["nothing", []],
  ])("with %s is refused", (_name, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(DerError);
  });

  test.each([
    [tags.utcTime, "491231235959Z", "2049-12-31T23:59:59.000Z"],
    [tags.utcTime, "500101000000Z", "1950-01-01T00:00:00.000Z"],
    [tags.generalizedTime, "20500101000000Z", "2050-01-01T00:00:00.000Z"],
  ])("time %s %s is %s", (tag, text, expected) => {
    expect(readTime(read(write(tag, Buffer.from(text)))).toISOString()).toBe(expected);
  });

  test.each(["2049123123595Z", "491231235959+0100", "aabbccddeeffZ", ""])("has no time %j", (text) => {
    expect(() => readTime(read(write(tags.utcTime, Buffer.from(text))))).toThrow(DerError);
  });
});

describe("an IP address", () => {
  test("comes back from its octets", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const bytes = ipToBytes(address);
        expect([4, 16]).toContain(bytes?.length);
        expect(ipToBytes(ipFromBytes(bytes ?? new Uint8Array()))).toEqual(bytes);
      }),
    );
  });

  test.each([
    ["10.0.0.0/8", "10.255.1.2", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["192.168.1.128/25", "192.168.1.127", false],
    ["fd00::/8", "fdff::1", true],
    ["fd00::/8", "10.0.0.1", false],
    ["0.0.0.0/0", "1.2.3.4", true],
    ["10.1.2.3", "10.1.2.3", true],
  ])("block %s and address %s: %s", (block, address, expected) => {
    const within = ipIsWithin(ipToBytes(address) ?? new Uint8Array(), cidrToBytes(block) ?? new Uint8Array());
    expect(within).toBe(expected);
  });

  test("block is written back with the bits outside its mask cleared", () => {
    expect(cidrFromBytes(cidrToBytes("10.1.2.3/8") ?? new Uint8Array())).toBe("10.0.0.0/8");
    expect(cidrFromBytes(cidrToBytes("fd12::/16") ?? new Uint8Array())).toBe("fd12::/16");
    for (const wrong of ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "x/8", "fe80::1%eth0"])
      expect(cidrToBytes(wrong)).toBeUndefined();
  });
});
