import { describe, expect, test } from "vitest";
import { grantedActions, readToken } from "./token.ts";

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
const access = [
  { type: "repository", name: "team-a/app", actions: ["pull", "push"] },
  { type: "registry", name: "catalog", actions: ["*"] },
];

describe("a token", () => {
  test("is taken from `token` before an empty `access_token`, and the other way round", () => {
    expect(readToken({ token: "a", access_token: "" })?.value).toBe("a");
    expect(readToken({ token: "", access_token: "b" })?.value).toBe("b");
    expect(readToken({ token: "a" })?.lifetimeSeconds).toBe(60);
    expect(readToken({ token: "" })).toBeUndefined();
    expect(readToken("no")).toBeUndefined();
  });

  test.each([
    [{ iss: "harbor-token-issuer", sub: "robot$ci", access }, "robot$ci"],
    [{ iss: "harbor-token-issuer", sub: "", access }, ""],
    [{ iss: "harbor-token-issuer", access }, ""],
    [{ iss: "auth.docker.io", access }, undefined],
  ])("with claims %j is for %j", (claims, subject) => {
    expect(readToken({ token: jwt(claims) })?.claims?.subject).toBe(subject);
  });

  test("tells what it grants in a repository, and only there", () => {
    const { claims } = readToken({ token: jwt({ sub: "x", access }) }) ?? {};
    expect(claims && grantedActions(claims, "team-a/app")).toEqual(["pull", "push"]);
    expect(claims && grantedActions(claims, "team-a/app-prod")).toEqual([]);
    expect(claims && grantedActions(claims, "catalog")).toEqual([]);
  });

  test.each(["opaque", "a.b.c", "a.b.c.d", "..", `e30.${"!".repeat(9)}.x`, jwt({ access: "x" })])(
    "that is no readable JWT (%s) still is a token",
    (value) => {
      expect(readToken({ token: value })).toEqual({ value, lifetimeSeconds: 60, claims: undefined });
    },
  );
});
