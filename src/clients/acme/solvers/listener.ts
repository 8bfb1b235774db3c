import { createServer, type Server } from "node:http";
import { MoorlineError } from "../../../model/errors.ts";
import type { Solver } from "../solver.ts";

/** RFC 8555 §8.3. */
export const challengePath = "/.well-known/acme-challenge/";

export interface ListenAddress {
  /** Absent: every address of this machine, IPv6 and IPv4. */
  readonly address?: string;
  readonly port: number;
}

/** Answers http-01 challenges from this process: that path alone, and only while something is to be proved. */
export function listenerSolver({ address, port }: ListenAddress): Solver {
  const answers = new Map<string, string>();
  let server: Promise<Server> | undefined;
  const close = async (): Promise<void> => {
    const open = server;
    server = undefined;
    await open?.then(
      (listening) =>
        new Promise<void>((resolve) => {
          listening.close(() => resolve());
          listening.closeAllConnections();
        }),
      // It never listened; whoever asked was told why.
      () => undefined,
    );
  };
  return {
    type: "http-01",
    present: async ({ token, keyAuthorization }) => {
      answers.set(challengePath + token, keyAuthorization);
      await (server ??= listen(answers, { ...(address !== undefined && { address }), port }));
    },
    cleanUp: async ({ token }) => {
      answers.delete(challengePath + token);
      if (answers.size === 0) await close();
    },
    [Symbol.asyncDispose]: close,
  };
}

function listen(answers: ReadonlyMap<string, string>, { address, port }: ListenAddress): Promise<Server> {
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000 }, (request, response) => {
    const [path] = (request.url ?? "").split("?", 1);
    const isRead = request.method === "GET" || request.method === "HEAD";
    const answer = isRead ? answers.get(path ?? "") : undefined;
    response.writeHead(answer === undefined ? 404 : 200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
      connection: "close",
    });
    response.end(answer);
  });
  server.maxConnections = 64;
  return new Promise((resolve, reject) => {
    server.once("error", (thrown: NodeJS.ErrnoException) =>
      reject(
        new MoorlineError("ACME_CHALLENGE_PORT_TAKEN", {
          subject: `${address ?? "*"}:${port}`,
          parameters: { reason: thrown.code ?? thrown.message },
          cause: thrown,
        }),
      ),
    );
    server.listen({ port, ...(address !== undefined && { host: address }) }, () => resolve(server));
  });
}
