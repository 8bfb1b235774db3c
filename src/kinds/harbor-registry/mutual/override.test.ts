import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isMounted, withMounts, withoutMounts } from "./override.ts";
import { mountsOf, placesOf } from "./places.ts";

const mounts = mountsOf(placesOf("main", undefined, "/opt/harbor"));
const subject = "/opt/harbor/docker-compose.override.yml";
const volumes = [
  "/etc/moorline/harbor/main/nginx:/etc/nginx/moorline:ro",
  "/etc/moorline/harbor/main/log:/etc/nginx/moorline-log",
  "/etc/moorline/harbor/main/entries/moorline.upstream.conf:/etc/nginx/conf.d/moorline.upstream.conf:ro",
  "/etc/moorline/harbor/main/entries/harbor.https.moorline.conf:/etc/nginx/conf.d/harbor.https.moorline.conf:ro",
];

const theirs = `# Kept by the platform team.
version: "2.3"
services:
  core:
    environment:
      - HTTP_PROXY=http://proxy.example.com # until the firewall is open
  proxy:
    volumes:
      - ./extra.conf:/etc/nginx/conf.d/extra.server.conf:ro # theirs
    labels: {team: platform}
networks:
  harbor: {driver: bridge}
`;

describe("docker-compose.override.yml", () => {
  test("is made where there is none, with the version of docker-compose.yml", () => {
    expect(withMounts(undefined, mounts, "2.3", subject)).toBe(`version: "2.3"
services:
  proxy:
    volumes:
      # Mounted by Moorline (HarborRegistry.spec.tls.mutual): leave as it is.
      - ${volumes[0]}
      - ${volumes[1]}
      - ${volumes[2]}
      - ${volumes[3]}
`);
    expect(parse(withMounts(undefined, mounts, undefined, subject))).toEqual({
      services: { proxy: { volumes } },
    });
  });

  test("keeps what others wrote, with their comments, and gives it back as it was", () => {
    const text = withMounts(theirs, mounts, "2.3", subject);
    expect(text).toBe(
      theirs
        .replace(
          "      - ./extra.conf:/etc/nginx/conf.d/extra.server.conf:ro # theirs\n",
          `      - ./extra.conf:/etc/nginx/conf.d/extra.server.conf:ro # theirs
      # Mounted by Moorline (HarborRegistry.spec.tls.mutual): leave as it is.
${volumes.map((v) => `      - ${v}\n`).join("")}`,
        )
        .replace("{team: platform}", "{ team: platform }")
        .replace("{driver: bridge}", "{ driver: bridge }"),
    );
    expect(isMounted(text, mounts, subject)).toBe(true);
    expect(parse(withoutMounts(text, mounts, subject) ?? "")).toEqual(parse(theirs));
  });

  test.each([
    ["nothing of others is left", withMounts(undefined, mounts, "2.3", subject), undefined],
    ["it never had them", theirs, theirs],
    [
      "a comment of others is left",
      `# Ours\n${withMounts(undefined, mounts, undefined, subject)}`,
      expect.stringContaining("# Ours"),
    ],
  ])("loses our mounts again: %s", (_what, text, expected) => {
    expect(withoutMounts(text, mounts, subject)).toEqual(expected);
  });

  test.each([
    ["a tab where none may be", "services:\n\tproxy: {}\n"],
    ["a list", "- a\n"],
    ["services that are none", "services: 7\n"],
    ["a key twice", "services: {}\nservices: {}\n"],
  ])("that can not be understood is left alone: %s", (_what, text) => {
    expect(() => withMounts(text, mounts, "2.3", subject)).toThrow(
      expect.objectContaining({ code: "MUTUAL_TLS_OVERRIDE_UNREADABLE" }),
    );
  });

  test("takes a mount of ours that leads elsewhere for wrong, in both of compose's forms", () => {
    for (const wrong of [
      "services: {proxy: {volumes: ['/old:/etc/nginx/moorline:ro']}}",
      "services: {proxy: {volumes: [{type: bind, source: /old, target: /etc/nginx/moorline}]}}",
    ]) {
      expect(isMounted(wrong, mounts, subject)).toBe(false);
      expect(parse(withMounts(wrong, mounts, undefined, subject))).toEqual({
        services: { proxy: { volumes } },
      });
    }
  });

  test("is the same after a second time, whatever else is in it", () => {
    const other = fc.record({
      services: fc.option(
        fc.dictionary(
          fc.constantFrom("core", "proxy", "log"),
          fc.record({ volumes: fc.array(fc.constantFrom("a:/b", "c:/d:ro")) }),
        ),
        { nil: undefined },
      ),
      networks: fc.option(fc.constant({ a: {} }), { nil: undefined }),
    });
    fc.assert(
      fc.property(other, (given) => {
        const before = JSON.stringify(given);
        const once = withMounts(before, mounts, undefined, subject);
        expect(withMounts(once, mounts, undefined, subject)).toBe(once);
        const { services = {} } = parse(once) as { services?: Record<string, { volumes: string[] }> };
        expect(services["proxy"]?.volumes).toEqual([
          ...(given.services?.["proxy"]?.volumes ?? []),
          ...volumes,
        ]);
        expect(services["core"]).toEqual(given.services?.["core"]);
      }),
      { numRuns: 50 },
    );
  });
});
