import { join } from "node:path";
import { writeAtomically } from "../files.ts";
import { ports, type RigLayout } from "../layout.ts";
import type { RigPki } from "../pki.ts";
import { accepts } from "./control-plane.ts";
import type { Service } from "./service.ts";

/** The ACME server for tests, which checks challenges without its usual random delay. */
export async function pebble(layout: RigLayout, pki: RigPki): Promise<Service> {
  const configuration = join(layout.home, "pebble", "config.json");
  const content = {
    pebble: {
      listenAddress: `127.0.0.1:${ports.pebble}`,
      managementListenAddress: `127.0.0.1:${ports.pebbleManagement}`,
      certificate: pki.pebble.certificate,
      privateKey: pki.pebble.key,
      httpPort: ports.challengeHttp,
      tlsPort: ports.challengeTlsAlpn,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
    },
  };
  await writeAtomically(configuration, JSON.stringify(content, undefined, 2));
  return {
    name: "pebble",
    command: ["pebble", "-config", configuration, "-dnsserver", `127.0.0.1:${ports.challengeDns}`],
    environment: { PEBBLE_VA_NOSLEEP: "1" },
    configuration: [configuration, pki.pebble.certificate],
    ready: () => accepts(ports.pebble),
  };
}

/** Answers pebble's challenges and its DNS questions (every name is 127.0.0.1), as told over its management port. */
export function challengeServer(): Service {
  const at = (port: number): string => `127.0.0.1:${port}`;
  return {
    name: "pebble-challtestsrv",
    command: [
      "pebble-challtestsrv",
      "-defaultIPv6",
      "",
      "-dns01",
      at(ports.challengeDns),
      "-http01",
      at(ports.challengeHttp),
      "-tlsalpn01",
      at(ports.challengeTlsAlpn),
      "-https01",
      "",
      "-management",
      at(ports.challengeManagement),
    ],
    ready: () => accepts(ports.challengeManagement),
  };
}
