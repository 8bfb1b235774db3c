import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isError } from "../../model/errors.ts";
import { parseChallenges } from "./challenge.ts";
import { parseImageReference } from "./reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("an image reference", () => {
  test.each([
    ["harbor.example.com/team-a/app", "harbor.example.com", "team-a/app", undefined, undefined, "latest"],
    ["harbor.example.com:8443/team-a/app:v1", "harbor.example.com:8443", "team-a/app", "v1", undefined, "v1"],
    [`localhost/a/b@${digest}`, "localhost", "a/b", undefined, digest, digest],
    [`10.0.0.1:5000/a/b/c:t_1.x@${digest}`, "10.0.0.1:5000", "a/b/c", "t_1.x", digest, digest],
    ["[::1]:5000/a", "[::1]:5000", "a", undefined, undefined, "latest"],
    ["h.io/a__b/c--d.e", "h.io", "a__b/c--d.e", undefined, undefined, "latest"],
  ])("%s is read", (text, registry, repository, tag, found, reference) => {
    expect(parseImageReference(text)).toEqual({ registry, repository, tag, digest: found, reference });
  });

  test.each([
    ["nginx", "no registry host"],
    ["library/nginx", "not a registry host"],
    ["h.io/../../etc/passwd", "not a repository name"],
    ["h.io/a/%2e%2e/b", "not a repository name"],
    ["h.io/a//b", "not a repository name"],
    ["h.io/Team/app", "not a repository name"],
    ["h.io/a/b:", "not a tag"],
    ["h.io/a/b:../x", "not a tag"],
    ["h.io/a/b@sha256:abc", "not a digest"],
    [`h.io/a/b@${digest}@${digest}`, "more than one @"],
    ["https://h.io/a/b", "not a registry host"],
    ["user@h.io/a", "not a registry host"],
    [`h.io/${"a".repeat(300)}`, "not a repository name"],
    [`h.io/${"a/".repeat(400)}a`, "longer than"],
  ])("%s is refused", (text, reason) => {
    expect(() => parseImageReference(text)).toThrowError(reason);
  });

  test("never lets anything through that could leave its path", () => {
    const alphabet = fc.constantFrom(...Array.from("ab/.:@-_%?#\\ A1"));
    fc.assert(
      fc.property(fc.string({ unit: alphabet }), (rest) => {
        const path = pathOf(`h.io/${rest}`);
        expect(new URL(path, "https://h.io").pathname).toBe(path);
      }),
    );
  });
});

/** The path that a reference leads to; `/` for one that is refused. Any other error is a mistake and comes through. */
function pathOf(text: string): string {
  try {
    const { repository, reference } = parseImageReference(text);
    return `/v2/${repository}/manifests/${reference}`;
  } catch (thrown) {
    if (isError(thrown, "REGISTRY_REFERENCE_INVALID")) return "/";
    throw thrown;
  }
}

describe("a challenge", () => {
  test.each([
    [
      'Bearer realm="https://h/service/token",service="harbor-registry",scope="repository:a/b:pull,push"',
      [
        {
          scheme: "bearer",
          parameters: {
            realm: "https://h/service/token",
            service: "harbor-registry",
            scope: "repository:a/b:pull,push",
          },
        },
      ],
    ],
    ['Basic realm="harbor"', [{ scheme: "basic", parameters: { realm: "harbor" } }]],
    ["", []],
    [
      'Basic realm="a, \\"b\\"", Bearer realm=x , error=invalid_token',
      [
        { scheme: "basic", parameters: { realm: 'a, "b"' } },
        { scheme: "bearer", parameters: { realm: "x", error: "invalid_token" } },
      ],
    ],
    ["Negotiate", [{ scheme: "negotiate", parameters: {} }]],
  ])("%s is read", (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });

  test("of any text ends", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab =",\\\t')) }), (text) => {
        expect(parseChallenges(text).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
