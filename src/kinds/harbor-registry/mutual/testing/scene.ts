import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openEndpoint } from "../../../../clients/http/endpoint.ts";
import { makeAuthority, type TestPair } from "../../../../clients/http/testing/certificates.ts";
import type { AnyKind } from "../../../../engine/kind.ts";
import { defineKind } from "../../../../engine/kind.ts";
import type { Document } from "../../../../model/document.ts";
import { isError, MoorlineError } from "../../../../model/errors.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { documentOf } from "../../../harbor-certificate/testing/world.ts";
import { nodeTrustSchema } from "../../../node-trust/schema.ts";
import type { World } from "../../../world.ts";
import { harborRegistrySchema } from "../../schema.ts";
import { testWorld } from "../../testing/world.ts";
import { withMutualTls } from "../fold.ts";
import { composeMachine, directory, type ComposeMachine } from "./machine.ts";

export const { signal } = new AbortController();
export const server = makeAuthority("Server CA");
export const clients = makeAuthority("Client CA");
export const pair = clients.issue({ client: true });

/** Mutual TLS alone: what a registry needs besides has tests of its own. */
export const kindWith = (reachable: () => boolean = () => true): AnyKind<World> =>
  defineKind(
    withMutualTls({
      schema: { ...harborRegistrySchema, references: () => [] },
      observe: () =>
        reachable()
          ? Promise.resolve({})
          : Promise.reject(
              new MoorlineError("NETWORK_CONNECTION_REFUSED", {
                subject: "harbor",
                parameters: { reason: "-" },
              }),
            ),
      plan: () => ({ steps: [], findings: [] }),
      planRemoval: () => ({ steps: [], findings: [] }),
      run: () => Promise.resolve(),
      verify: () => Promise.resolve([]),
    }),
  );

// The authorities of these tests are made by openssl, which knows no other time.
export const now = new Date();
export const at = "/etc/moorline/harbor/main";

/** One machine with its documents. */
export interface MutualScene extends AsyncDisposable {
  readonly machine: ComposeMachine;
  readonly world: World;
  document(mode: string, settings?: object): Document;
  /** What a client gets: a status, or what went wrong. */
  ask(path: string, certificate?: TestPair): Promise<number | string>;
}

export async function mutualScene(): Promise<MutualScene> {
  const machine = await composeMachine(server);
  writeText(machine, "/docs/client.crt", pair.certificate);
  writeText(machine, "/docs/client.key", pair.key);
  const document = (mode: string, settings: object = {}): Document =>
    documentOf(harborRegistrySchema, "main", {
      url: machine.url,
      credential: { environment: {} },
      deployment: { compose: { directory } },
      tls: {
        ca: { pem: server.certificate },
        clientCertificate: { files: { certificate: "client.crt", privateKey: "client.key" } },
        mutual: mode,
        mutualTls: { clientAuthority: [{ pem: clients.certificate }], ...settings },
      },
    });
  const nodes = documentOf(nodeTrustSchema, "nodes", { registry: "main", nodes: [{ name: "node1" }] });
  const plain = testWorld({ documents: [document("observe"), nodes], now: () => now });
  const { host } = machine;
  return {
    machine,
    world: { ...plain, host, documentsHost: host, openHost: () => Promise.resolve(host) },
    document,
    ask: (path, certificate) => ask(machine.url, path, certificate),
    [Symbol.asyncDispose]: async () => {
      await plain[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
    },
  };
}

/** Puts a text on the machine. */
export function writeText({ root }: ComposeMachine, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A line as nginx logs it, an hour ago. */
export const lineOf = (over: object): string =>
  `${JSON.stringify({ t: now.getTime() / 1000 - 3600, a: "10.0.0.11", v: "SUCCESS", s: "CN=leaf", i: "CN=Client CA", n: "1000", m: "GET", p: "registry", x: "", c: 401, u: "containerd/1.6", ...over })}\n`;

async function ask(url: string, path: string, certificate?: TestPair): Promise<number | string> {
  const clientCertificate = certificate && {
    certificate: certificate.certificate,
    privateKey: new Sensitive(certificate.key),
  };
  await using endpoint = openEndpoint(url, {
    tls: { ca: server.certificate, ...(clientCertificate && { clientCertificate }) },
  });
  try {
    return (await endpoint.request({ method: "GET", path, signal })).status;
  } catch (thrown) {
    if (isError(thrown, "TLS_CLIENT_CERTIFICATE_REQUIRED", "TLS_CLIENT_CERTIFICATE_REFUSED")) return 400;
    return String(thrown);
  }
}
