import { expect, test } from "vitest";
import {
  harborHas,
  isSupportedHarbor,
  parseHarborVersion,
  requireHarbor,
  type HarborVersion,
} from "./versions.ts";

const version = (text: string): HarborVersion => parseHarborVersion(text) as HarborVersion;

test.each([
  ["v2.15.2-0a1b2c3d", [2, 15, 2]],
  ["v2.9.5-local295", [2, 9, 5]],
  ["2.4.0", [2, 4, 0]],
  ["v2.16.0-dev", [2, 16, 0]],
])("%s is read", (text, expected) => {
  const { major, minor, patch } = version(text);
  expect([major, minor, patch]).toEqual(expected);
});

test.each(["", "v2", "2.9", "dev", "v2.9.5.1", "v99999.0.0"])("%s is no version", (text) => {
  expect(parseHarborVersion(text)).toBeUndefined();
});

test.each([
  ["v2.3.5", false],
  ["v2.4.0", true],
  ["v2.15.2", true],
  ["v3.0.0", true],
  ["v1.10.0", false],
])("%s is supported: %s", (text, supported) => {
  expect(isSupportedHarbor(version(text))).toBe(supported);
});

test("a feature is there from its minor on, and until it goes", () => {
  expect(harborHas(version("v2.11.2"), "robotMixedScopes")).toBe(false);
  expect(harborHas(version("v2.12.0"), "robotMixedScopes")).toBe(true);
  expect(harborHas(version("v2.12.4"), "legacyProjectRobots")).toBe(true);
  expect(harborHas(version("v2.13.0"), "legacyProjectRobots")).toBe(false);
  expect(() => requireHarbor(version("v2.9.5"), "sbom", "https://harbor")).toThrowError(/from 2\.11 on/);
  expect(() => requireHarbor(version("v2.11.0"), "sbom", "https://harbor")).not.toThrow();
});
