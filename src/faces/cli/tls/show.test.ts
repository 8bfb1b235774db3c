import { expect, test } from "vitest";
import { makeAuthority } from "../../../clients/http/testing/certificates.ts";
import { judgeTls } from "../../../diagnosis/tls/posture.ts";
import { painter } from "../paint.ts";
import { posturesJson, showPosture } from "./show.ts";

// oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test("names that a server made up reach no terminal as more than characters", () => {
  const { certificate } = makeAuthority("evil \u001b[2J\u009b31m\u202e CA");
  const survey = {
    host: "harbor.example.com",
    port: 443,
    versions: ["TLSv1.2"],
    suites: [],
    chain: [certificate],
    client: "not-asked",
    stapled: false,
    hsts: "max-age=1\u009b31m",
  } as const;
  const now = new Date();
  const posture = judgeTls(survey, { trusted: "", now });
  expect(posture.chain[0]?.subject).toContain("evil");
  for (const language of ["en", "zh-CN"] as const) {
    expect(showPosture(posture, language, painter(false), now)).not.toMatch(unsafe);
    const json = posturesJson([posture], language);
    expect(json).not.toMatch(unsafe);
    expect(JSON.parse(json)).toMatchObject([{ hsts: survey.hsts }]);
  }
});

test("a chain of bytes that are no certificates is told as that", () => {
  const survey = {
    host: "harbor.example.com",
    port: 443,
    versions: ["TLSv1.2"],
    suites: [],
    chain: ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    client: "not-asked",
    stapled: false,
  } as const;
  const { findings, grade } = judgeTls(survey, { trusted: "", now: new Date() });
  expect(findings.map((f) => f.code)).toContain("TLS_CHAIN_UNREADABLE");
  expect(grade).toBe("F");
});
