import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { localHost } from "../../host/local.ts";
import { dnsValue } from "../jws.ts";
import { codeOf, signal } from "../testing/support.ts";
import { hookSolver } from "./hook.ts";
import { listenerSolver } from "./listener.ts";
import { webrootSolver } from "./webroot.ts";

const answer = { identifier: "harbor.example.com", token: "token-1", keyAuthorization: "token-1.print" };
const other = { ...answer, token: "token-2", keyAuthorization: "token-2.print" };
const path = "/.well-known/acme-challenge/token-1";

async function takenPort(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

const get = (port: number, at: string, method = "GET"): Promise<string> =>
  new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, path: at, method, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(`${response.statusCode} ${text}`.trim()));
    });
    sent.on("error", (thrown: NodeJS.ErrnoException) => resolve(thrown.code ?? "?"));
    sent.end();
  });

describe("the listener", () => {
  test("answers the path of a challenge and nothing else, and only while one is up", async () => {
    const port = await freePort();
    await using solver = listenerSolver({ address: "127.0.0.1", port });
    expect(await get(port, path)).toBe("ECONNREFUSED");
    await solver.present(answer, signal);
    await solver.present(other, signal);
    expect(await get(port, path)).toBe("200 token-1.print");
    expect(await get(port, `${path}?x=1`)).toBe("200 token-1.print");
    expect(await get(port, path, "HEAD")).toBe("200");
    for (const at of ["/", "/etc/passwd", `${path}/..`, "/.well-known/acme-challenge/", `${path}x`])
      expect(await get(port, at)).toBe("404");
    expect(await get(port, path, "POST")).toBe("404");
    await solver.cleanUp(answer, signal);
    expect(await get(port, path)).toBe("404");
    await solver.cleanUp(other, signal);
    expect(await get(port, path)).toBe("ECONNREFUSED");
  });

  test("says which port is taken", async () => {
    await using taken = await takenPort();
    await using solver = listenerSolver({ address: "127.0.0.1", port: taken.port });
    await expect(solver.present(answer, signal)).rejects.toMatchObject({
      code: "ACME_CHALLENGE_PORT_TAKEN",
      subject: `127.0.0.1:${taken.port}`,
      parameters: { reason: "EADDRINUSE" },
    });
  });
});

async function freePort(): Promise<number> {
  await using taken = await takenPort();
  return taken.port;
}

async function folder(): Promise<AsyncDisposable & { root: string }> {
  const root = await mkdtemp(join(tmpdir(), "moorline-webroot-"));
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

describe("the webroot", () => {
  test("gets a file that others may read, and is as before when it is taken back, even twice", async () => {
    await using at = await folder();
    await mkdir(join(at.root, "www"));
    const solver = webrootSolver(localHost({ root: at.root }), "/www");
    await solver.present(answer, signal);
    await solver.present(answer, signal);
    const file = join(at.root, "www", path);
    expect(await readFile(file, "utf8")).toBe("token-1.print");
    expect((await stat(file)).mode & 0o777).toBe(0o644);
    await solver.cleanUp(answer, signal);
    await solver.cleanUp(answer, signal);
    expect(await readdir(join(at.root, "www"))).toEqual([]);
  });

  test("keeps what is somebody else's", async () => {
    await using at = await folder();
    const theirs = join(at.root, "www", ".well-known", "acme-challenge");
    await mkdir(theirs, { recursive: true });
    await writeFile(join(theirs, "theirs"), "x");
    const solver = webrootSolver(localHost({ root: at.root }), "/www");
    await solver.present(answer, signal);
    await solver.cleanUp(answer, signal);
    expect(await readdir(theirs)).toEqual(["theirs"]);
  });

  test("must be there", async () => {
    await using at = await folder();
    const solver = webrootSolver(localHost({ root: at.root }), "/www");
    expect(await codeOf(solver.present(answer, signal))).toBe("ACME_WEBROOT_MISSING");
    expect(await readdir(at.root)).toEqual([]);
  });
});

describe("the hook", () => {
  const hook = (script: string) =>
    hookSolver({
      host: localHost(),
      command: ["/bin/sh", "-c", script, "hook"],
      timeoutMs: 5000,
      environment: { TOKEN: "s3cret-value" },
    });

  test("finds what it needs in its environment and its verb as the last argument", async () => {
    await using at = await folder();
    const solver = hook(
      `echo "$1 $MOORLINE_ACME_DOMAIN $MOORLINE_ACME_RECORD $MOORLINE_ACME_VALUE $TOKEN" >> ${at.root}/said`,
    );
    await solver.present(answer, signal);
    await solver.cleanUp(answer, signal);
    const words = `harbor.example.com _acme-challenge.harbor.example.com. ${dnsValue("token-1.print")} s3cret-value`;
    expect(await readFile(join(at.root, "said"), "utf8")).toBe(`present ${words}\ncleanup ${words}\n`);
  });

  test("that fails is an error with its own words, without the credentials that it may have printed", async () => {
    const failure = hook('echo "denied for $TOKEN" >&2; exit 7').present(answer, signal);
    await expect(failure).rejects.toMatchObject({
      code: "ACME_HOOK_FAILED",
      parameters: { action: "present", exitCode: 7, reason: "denied for <hidden>" },
    });
  });
});
