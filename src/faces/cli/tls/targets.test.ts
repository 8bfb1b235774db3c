import { expect, test } from "vitest";
import { moorline } from "../testing/test-io.ts";
import { parseTarget } from "./targets.ts";

test.each([
  ["harbor.example.com", "harbor.example.com", 443],
  ["harbor.example.com:8443", "harbor.example.com", 8443],
  ["https://harbor.example.com/x", "harbor.example.com", 443],
  ["[::1]:8443", "::1", 8443],
  ["127.0.0.1", "127.0.0.1", 443],
])("%s is a server", (text, host, port) => {
  expect(parseTarget(text)).toEqual({ host, port });
});

test.each(["", "http://harbor.example.com", "user:secret@harbor.example.com", "a b", "h:99999", "ftp://x"])(
  "%j is none, and says so without repeating a password",
  async (text) => {
    const answer = await moorline(["tls", text]);
    expect(answer.code).toBe(1);
    expect(answer.err).toMatch(/TLS_TARGET/);
    expect(answer.err).not.toContain("secret");
  },
);

test("a host that is down is an F, and the exit code says it", async () => {
  const answer = await moorline(["tls", "127.0.0.1:1", "-o", "json"]);
  expect(answer.code).toBe(2);
  expect(JSON.parse(answer.out)).toMatchObject([
    { host: "127.0.0.1", port: 1, failure: "refused", grade: "F" },
  ]);
});
