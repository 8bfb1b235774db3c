import { decode, encode, type Packet } from "dns-packet";
import fc from "fast-check";
import { createSocket, type Socket } from "node:dgram";
import { createServer, type AddressInfo, type Server } from "node:net";
import { expect, test } from "vitest";
import { codeOf, signal } from "../acme/testing/support.ts";
import { ask, textsOf } from "./query.ts";
import { updateMessage, updateText, type UpdateContext } from "./update.ts";
import { findZone, followAlias, zoneServers } from "./zone.ts";

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join("."));
const random = { randomBytes: (length: number) => new Uint8Array(length).fill(5) };

test("an update reads as the change that it is, in another program's eyes", () => {
  fc.assert(
    fc.property(name, label, fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), (zone, host, text) => {
      const record = { name: `_acme-challenge.${host}.${zone}`, text, ttl: 60 };
      const added = decode(updateMessage(7, zone, "add", record));
      expect(added).toMatchObject({ id: 7, type: "query", opcode: "UPDATE" });
      expect(added.questions).toEqual([{ name: zone, type: "SOA", class: "IN" }]);
      expect(added.answers).toEqual([]);
      expect(added.authorities).toEqual([
        { name: record.name, type: "TXT", class: "IN", ttl: 60, flush: false, data: [Buffer.from(text)] },
      ]);
      const removed = decode(updateMessage(7, zone, "remove", record)).authorities;
      // Class NONE is 254 (RFC 2136 §2.4); the library has no name for it.
      expect(removed).toMatchObject([{ name: record.name, class: "UNKNOWN_254", ttl: 0 }]);
    }),
  );
});

interface TestDns extends AsyncDisposable {
  readonly port: number;
  readonly asked: Packet[];
}

/** A DNS server on loopback over UDP and TCP that answers as told. */
async function serveDns(
  answer: (question: Packet, over: "tcp" | "udp") => Buffer | undefined,
): Promise<TestDns> {
  const asked: Packet[] = [];
  const handle = (bytes: Buffer, over: "tcp" | "udp"): Buffer | undefined => {
    const packet = decode(bytes);
    asked.push(packet);
    return answer(packet, over);
  };
  const tcp: Server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      const said = handle(bytes.subarray(2), "tcp");
      if (said === undefined) socket.end();
      else socket.write(Buffer.concat([Buffer.from([said.length >> 8, said.length & 255]), said]));
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp: Socket = createSocket("udp4");
  udp.on("message", (bytes, from) => {
    const said = handle(bytes, "udp");
    if (said !== undefined) udp.send(said, from.port, from.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, "127.0.0.1", resolve));
  return {
    port,
    asked,
    [Symbol.asyncDispose]: async () => {
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}

const reply = (question: Packet, more: Partial<Packet> & { code?: number } = {}): Buffer => {
  const { code = 0, flags = 0, ...rest } = more;
  return encode({
    type: "response",
    id: question.id,
    questions: question.questions,
    flags: flags | code,
    ...rest,
  });
};

test("what does not fit into a datagram is asked for again over TCP", async () => {
  await using server = await serveDns((question, over) =>
    over === "udp"
      ? reply(question, { flags: 1 << 9 })
      : reply(question, { answers: [{ type: "TXT", name: "a.example", data: ["one", "two"] }] }),
  );
  const answer = await ask({ host: "127.0.0.1", port: server.port }, "A.example.", "TXT", {
    ...random,
    signal,
  });
  expect(textsOf(answer)).toEqual(["onetwo"]);
  expect(server.asked).toHaveLength(2);
});

test("a zone is found by its SOA record, and an alias is followed into another zone", async () => {
  const aliases: Record<string, string> = { "_acme-challenge.harbor.example.com": "harbor.acme.example.net" };
  await using server = await serveDns((question) => {
    const { name: asked = "", type } = question.questions?.[0] ?? {};
    const alias = aliases[asked];
    if (type === "CNAME" && alias !== undefined)
      return reply(question, { answers: [{ type: "CNAME", name: asked, data: alias }] });
    if (type === "SOA" && asked === "acme.example.net")
      return reply(question, {
        answers: [{ type: "SOA", name: asked, data: { mname: "ns", rname: "root" } }],
      });
    return reply(question, { code: 3 });
  });
  const at = { host: "127.0.0.1", port: server.port };
  const real = await followAlias(at, "_acme-challenge.harbor.example.com", { ...random, signal });
  expect(real).toBe("harbor.acme.example.net");
  expect(await findZone(at, real, { ...random, signal })).toBe("acme.example.net");
  expect(await codeOf(findZone(at, "harbor.example.org", { ...random, signal }))).toBe("DNS_ZONE_UNKNOWN");
});

test("a refused update names the server's word for it, and a server that is not there says so", async () => {
  await using server = await serveDns((question) => reply(question, { code: 5 }));
  const context: UpdateContext = {
    ...random,
    server: { host: "127.0.0.1", port: server.port },
    zone: "example.com",
    now: () => new Date(0),
    signal,
  };
  const record = { name: "_acme-challenge.example.com", text: "x", ttl: 60 };
  await expect(updateText(context, "add", record)).rejects.toMatchObject({
    code: "DNS_UPDATE_REFUSED",
    parameters: { code: "REFUSED", zone: "example.com" },
  });
  const nowhere = { ...context, server: { host: "127.0.0.1", port: 1 } };
  expect(await codeOf(updateText(nowhere, "add", record))).toBe("DNS_UNREACHABLE");
  const stopped = { ...context, signal: AbortSignal.abort() };
  expect(await codeOf(updateText(stopped, "add", record))).toBe("CANCELLED");
});

test("the zone's own servers are found, with the addresses that the server itself knows", async () => {
  await using server = await serveDns((question) => {
    const { name: asked = "", type } = question.questions?.[0] ?? {};
    if (type === "NS")
      return reply(question, {
        answers: ["ns1", "ns2"].map((host) => ({ type: "NS", name: asked, data: `${host}.example.com` })),
      });
    return reply(question, {
      answers: [{ type: "A", name: asked, data: asked.startsWith("ns1") ? "192.0.2.1" : "192.0.2.2" }],
    });
  });
  const at = { host: "127.0.0.1", port: server.port };
  expect(await zoneServers(at, "example.com", { ...random, signal })).toEqual([
    { host: "192.0.2.1", port: 53 },
    { host: "192.0.2.2", port: 53 },
  ]);
});
