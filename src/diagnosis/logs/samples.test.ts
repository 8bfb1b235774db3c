import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { analyseLogs } from "./analysis.ts";
import { testTime } from "./testing/analyse.ts";

const folder = join(resolve(process.env["MOORLINE_SHARED"] ?? "../shared"), "samples", "logs");

test("in the logs of real servers every failure has a cause, and those that were injected are named", async () => {
  const sources = (await readdir(folder)).map((name) => ({
    name,
    read: () => createReadStream(join(folder, name)) as AsyncIterable<Buffer>,
  }));
  const { groups } = await analyseLogs(sources, { now: testTime, signal: new AbortController().signal });
  const codes = groups.map(({ group }) => group.cause.code);
  expect(codes).not.toContain("NOT_ESTABLISHED");
  expect(codes).not.toContain("PULL_FAILED");
  expect(codes).toEqual(
    expect.arrayContaining([
      "AUTHORITY_UNKNOWN",
      "CERTIFICATE_EXPIRED",
      "CERTIFICATE_WITHOUT_SAN",
      "NAME_NOT_IN_CERTIFICATE",
      "PLAIN_HTTP_SERVER",
      "CLIENT_CERTIFICATE_MISSING",
      "CLIENT_CERTIFICATE_REVOKED",
      "PULL_REFUSED",
      "IMAGE_NOT_FOUND",
      "CONNECTION_REFUSED",
      "CONNECTION_TIMEOUT",
      "NAME_NOT_RESOLVED",
      "PULL_RATE_LIMITED",
      "ROBOT_CREDENTIAL_WRONG",
      "ROBOT_DISABLED",
      "ROBOT_EXPIRED",
      "SECRET_KEY_WITHOUT_SCHEME",
      "SECRET_TYPE_WRONG",
      "QUOTA_EXCEEDED",
      "PROXY_CACHE_UPSTREAM_DOWN",
      "COMPONENT_DOWN",
    ]),
  );
});
