import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moorline, type Answer } from "../testing/test-io.ts";
import { systemClock } from "../testing/system-clock.ts";

const data = mkdtempSync(join(tmpdir(), "moorline-sandbox-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const start = (...more: readonly string[]): Promise<Answer> =>
  moorline(
    [
      "sandbox",
      "--once",
      "--data",
      data,
      "--harbor-port",
      "0",
      "--kubernetes-port",
      "0",
      "--kubesphere-port",
      "0",
      ...more,
    ],
    {
      clock: systemClock,
    },
  );

describe("the sandbox", () => {
  let first: Answer;
  beforeAll(async () => {
    first = await start();
  }, 60_000);

  test("applies the quickstart and proves handshake, token, pull and 404", () => {
    expect([first.code, first.out]).toEqual([0, expect.stringContaining("nothing more")]);
    for (const proof of [
      "A TLS handshake",
      "A token for shop",
      "A pull with the Secret's own credential",
      "404, not 401",
    ])
      expect(first.out).toContain(`✓ ${proof}`.replace("✓ 404", "answers 404"));
    expect(first.out).not.toContain("✗");
  });

  test("has nothing to do when it applies once more", () => {
    expect(first.out).toContain("Applying once more: 0 step(s) to do.");
  });

  test("keeps its secrets in files that only their owner reads, and prints none of them", () => {
    for (const name of ["harbor-admin-password", "kubernetes-token", "ca.key"]) {
      const path = join(data, "identity", name);
      expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
      expect(first.out + first.err).not.toContain(
        readFileSync(path, "utf8").trim().split("\n")[1] ?? readFileSync(path, "utf8"),
      );
    }
    expect((statSync(join(data, "kubeconfig")).mode & 0o777).toString(8)).toBe("600");
  });

  test("a port that is taken is named, with the way out, in Chinese too", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const answer = await moorline(
      [
        "sandbox",
        "--once",
        "--data",
        join(data, "second"),
        "--harbor-port",
        String(port),
        "--kubernetes-port",
        "0",
        "--lang",
        "zh-CN",
      ],
      { clock: systemClock },
    );
    other.close();
    expect([answer.code, answer.err]).toEqual([1, expect.stringContaining("[SANDBOX_PORT_TAKEN]")]);
    expect(answer.err).toContain(`127.0.0.1:${port}`);
    expect(answer.err).toContain("端口");
  });

  test("a port that is none is refused", async () => {
    const answer = await moorline(["sandbox", "--harbor-port", "http"]);
    expect([answer.code, answer.err]).toEqual([1, expect.stringContaining("[CLI_OPTION_CHOICE]")]);
  });
});
