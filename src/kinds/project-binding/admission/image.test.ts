import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fullName, isBelow, parseImage, rewriteImage } from "./image.ts";

const sha = `sha256:${"a".repeat(64)}`;

describe("an image's name", () => {
  test.each([
    ["nginx", "docker.io/library/nginx", undefined, undefined],
    ["nginx:1.27", "docker.io/library/nginx", "1.27", undefined],
    ["bitnami/redis", "docker.io/bitnami/redis", undefined, undefined],
    ["docker.io/nginx", "docker.io/library/nginx", undefined, undefined],
    ["index.docker.io/nginx:1", "docker.io/library/nginx", "1", undefined],
    ["localhost/app", "localhost/app", undefined, undefined],
    ["localhost:5000/app", "localhost:5000/app", undefined, undefined],
    ["harbor.example.com:8443/a/b/c:v1", "harbor.example.com:8443/a/b/c", "v1", undefined],
    [`harbor.example.com/a/b@${sha}`, "harbor.example.com/a/b", undefined, sha],
    [`nginx:1@${sha}`, "docker.io/library/nginx", "1", sha],
    ["[2001:db8::1]:5000/app:1", "[2001:db8::1]:5000/app", "1", undefined],
    ["Harbor.Example.com/a/b", "harbor.example.com/a/b", undefined, undefined],
    ["foo/bar__baz/qux---quux", "docker.io/foo/bar__baz/qux---quux", undefined, undefined],
    ["a/b:Tag_1.0", "docker.io/a/b", "Tag_1.0", undefined],
  ])("%s is read as %s", (text, name, tag, digest) => {
    const parsed = parseImage(text);
    if ("fault" in parsed) throw new Error(parsed.fault);
    expect([fullName(parsed), parsed.tag, parsed.digest]).toEqual([name, tag, digest]);
  });

  test.each([
    ["", "empty"],
    ["Nginx", "uppercase"],
    ["harbor.example.com/Team/app", "uppercase"],
    ["UPPER/app/x.Y", "uppercase"],
    ["a//b", "path"],
    ["/nginx", "path"],
    ["a/b/", "path"],
    ["a..b", "path"],
    ["-host.io/app", "host"],
    ["host.io:port/app", "host"],
    ["nginx:", "tag"],
    ["nginx:-1", "tag"],
    [`nginx:${"x".repeat(129)}`, "tag"],
    ["nginx@sha256:abc", "digest"],
    [`nginx@${sha.toUpperCase()}`, "digest"],
    [`nginx@${sha}@${sha}`, "digest"],
    ["a".repeat(64), "hexadecimal"],
    [`host.io/${"a".repeat(256)}`, "long"],
    ["x".repeat(1001), "long"],
    ["nginx latest", "path"],
  ])("%j is none: %s", (text, fault) => {
    expect(parseImage(text)).toEqual({ fault });
  });

  test("of any text is read without failing, and quickly", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1200 }), (text) => {
        const parsed = parseImage(text);
        expect("fault" in parsed || parsed.path.length > 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("rewriting", () => {
  const rules = [
    { from: "docker.io", to: "harbor.example.com/dockerhub" },
    { from: "quay.io/team", to: "harbor.example.com/quay/team" },
    { from: "quay.io", to: "harbor.example.com/quay" },
  ];

  test.each([
    ["nginx", "harbor.example.com/dockerhub/library/nginx"],
    [`nginx:1@${sha}`, `harbor.example.com/dockerhub/library/nginx:1@${sha}`],
    ["bitnami/redis:7", "harbor.example.com/dockerhub/bitnami/redis:7"],
    ["quay.io/team/app:1", "harbor.example.com/quay/team/app:1"],
    ["quay.io/teams/app:1", "harbor.example.com/quay/teams/app:1"],
    ["gcr.io/app", "gcr.io/app"],
    ["harbor.example.com/dockerhub/library/nginx", "harbor.example.com/dockerhub/library/nginx"],
    ["NotAName", "NotAName"],
  ])("makes of %s %s", (from, to) => {
    expect(rewriteImage(from, rules)).toBe(to);
  });

  test("gives the same once more, even where a rule's outcome begins as its source does", () => {
    const host = fc.constantFrom(
      "docker.io",
      "quay.io",
      "harbor.example.com",
      "harbor.example.com/dockerhub",
    );
    const part = fc.constantFrom("a", "b", "library", "dockerhub");
    // The schema refuses Docker Hub as a target: `docker.io/a` is `docker.io/library/a`.
    const target = host.filter((each) => each !== "docker.io");
    const rule = fc.record({ from: host, to: fc.tuple(target, part).map(([h, p]) => `${h}/${p}`) });
    const image = fc
      .tuple(
        fc.constantFrom("", "docker.io/", "quay.io/", "harbor.example.com/"),
        fc.array(part, { minLength: 1, maxLength: 3 }),
      )
      .map(([h, parts]) => `${h}${parts.join("/")}:1`);
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), image, (some, text) => {
        const once = rewriteImage(text, some);
        expect(rewriteImage(once, some)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  test("knows where a component ends", () => {
    expect(isBelow("h/team-ab", "h/team-a")).toBe(false);
    expect(isBelow("h/team-a/x", "h/team-a")).toBe(true);
  });
});
