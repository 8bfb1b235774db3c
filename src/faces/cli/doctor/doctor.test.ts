import { describe, expect, test } from "vitest";
import { moorline } from "../testing/test-io.ts";
import { parseTarget } from "./target.ts";

describe("the doctor", () => {
  test("names the cause, what to do, and ends with a code of its own", async () => {
    const { code, out } = await moorline(["doctor", "image", "localhost:1/team/app:1"]);
    expect(code).toBe(2);
    expect(out).toContain("[CONNECTION_REFUSED]");
    expect(out).toMatch(/Evidence \(manifest, .*\n +Fix: .*\n +Proof: /);
  });

  test("tells machines the same", async () => {
    const { out } = await moorline([
      "doctor",
      "image",
      "localhost:1/team/app:1",
      "-o",
      "json",
      "--lang",
      "zh-CN",
    ]);
    expect(JSON.parse(out)).toMatchObject([
      { subject: "localhost:1/team/app:1", findings: [{ code: "CONNECTION_REFUSED", severity: "error" }] },
    ]);
  });

  test("applies nothing without documents, and says so", async () => {
    const { code, out } = await moorline(["doctor", "image", "localhost:1/team/app:1", "--fix", "--yes"]);
    expect(code).toBe(2);
    expect(out).toContain("Nothing was applied: --fix applies documents, and none were given with -f.");
  });

  test("mends by people's consent, not as JSON", async () => {
    const { code, err } = await moorline(["doctor", "--fix", "-o", "json"]);
    expect(code).toBe(1);
    expect(err).toContain("DOCTOR_FIX_JSON");
  });

  test.each([
    [[], { kind: "everything" }],
    [["pod/web"], { kind: "pod", name: "web" }],
    [["pod", "web"], { kind: "pod", name: "web" }],
    [["image", "h.example/a:1"], { kind: "image", image: "h.example/a:1" }],
    [["image/h.example/a:1"], { kind: "image", image: "h.example/a:1" }],
    [["registry", "h.example:8443"], { kind: "registry", name: "h.example:8443" }],
    [["registry", "https://h.example/"], { kind: "registry", name: "h.example" }],
    [["registry/[::1]:5000"], { kind: "registry", name: "[::1]:5000" }],
    [["node/node1.local"], { kind: "node", name: "node1.local" }],
    [["project", "shop"], { kind: "project", name: "shop" }],
  ])("reads %j", (words, target) => {
    expect(parseTarget(words)).toEqual(target);
  });

  test.each([
    [["pod"]],
    [["pod/../x"]],
    [["cat", "web"]],
    [["image", "a", "b"]],
    [["pod/web", "x"]],
    [["registry", "a b"]],
    [["registry", "h/path"]],
    [["node", "-x"]],
    [["project", ""]],
  ])("refuses %j", (words) => {
    expect(() => parseTarget(words)).toThrow(expect.objectContaining({ code: "DOCTOR_TARGET" }));
  });
});
