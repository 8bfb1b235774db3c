import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { MoorlineError } from "../../model/errors.ts";
import { listFile, revocationListApp } from "../revocation/handler.ts";
import type { Metric } from "./metrics.ts";

/** A server that listens. */
export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
}

/**
 * Serves an app over plain HTTP: what is told here is no secret, and lists of revoked certificates are signed.
 * @param address `0.0.0.0:8080`, `[::]:8080`; port 0 takes a free one
 * @throws CLI_OPTION_CHOICE for what is no address, CONTROLLER_CANNOT_LISTEN for one that can not be had
 */
export async function listen(app: Hono, address: string, option: string): Promise<Listening> {
  const found = /^(.+):(\d{1,5})$/.exec(address);
  if (found === null || Number(found[2]) > 65_535)
    throw new MoorlineError("CLI_OPTION_CHOICE", {
      subject: "moorline controller",
      parameters: { option, value: address, choices: "0.0.0.0:8080, [::]:8080" },
    });
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(Number(found[2]), (found[1] ?? "").replace(/^\[(.*)\]$/, "$1"));
  await once(server, "listening").catch((thrown: unknown) => {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "-";
    throw new MoorlineError("CONTROLLER_CANNOT_LISTEN", {
      subject: address,
      parameters: { option, reason },
      cause: thrown,
    });
  });
  const { address: at, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${at}]` : at}:${port}`,
    [Symbol.asyncDispose]: async () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `/healthz`: the process answers. `/readyz`: it knows the cluster, and could work if it led; and what it does without. */
export function healthApp(isReady: () => boolean, missing: () => readonly string[] = () => []): Hono {
  const app = new Hono();
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", (context) => {
    if (!isReady()) return context.text("not synced yet\n", 503);
    return context.text(["ok", ...missing().map((kind) => `no definition of ${kind}`), ""].join("\n"));
  });
  return app;
}

/** `/metrics` in Prometheus' text format. */
export function metricsApp(metrics: Readonly<Record<string, Metric>>, refresh: () => void): Hono {
  const app = new Hono();
  app.get("/metrics", (context) => {
    refresh();
    const text = Object.values(metrics)
      .map((metric) => metric.text())
      .join("");
    return context.text(text, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  return app;
}

/** `/<certificate>/ca.crl`, and below it the list of each CA: of each HarborCertificate that has one in the cluster. */
export function revocationApp(
  read: (certificate: string) => Promise<string | undefined>,
  now: () => Date,
): Hono {
  const app = new Hono();
  app.all(`/:certificate/:file{${listFile}}`, (context) => {
    const { certificate, file } = context.req.param();
    const lists = revocationListApp({ read: () => read(certificate), now });
    return lists.fetch(new Request(new URL(`/${file}`, context.req.url), context.req.raw));
  });
  return app;
}
