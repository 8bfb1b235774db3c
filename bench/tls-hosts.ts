import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createAuthority } from "../src/pki/authority.ts";
import { issueServer } from "../src/pki/leaf.ts";

/** A server, and what is wrong with it. */
export interface BenchHost {
  readonly host: string;
  readonly port: number;
  /** Code of the finding; undefined where there is none. */
  readonly fault?: string;
}

export interface BenchHosts extends AsyncDisposable {
  readonly hosts: readonly BenchHost[];
  readonly authorityPem: string;
}

const day = 86_400_000;
const port = 28_443;

/** Of ten servers three have a fault each. */
const faults = ["CERTIFICATE_EXPIRED", "CERTIFICATE_NAME_MISMATCH", "CERTIFICATE_ISSUER_UNKNOWN"] as const;

/**
 * Servers at addresses of their own on the loopback, each with its own certificate from an intermediate, behind Debian's
 * nginx (one process that serves): what registries stand behind, and the cheapest server there is at hand.
 */
export async function startHosts(count: number): Promise<BenchHosts> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-bench-tls-"));
  await mkdir(join(folder, "certificates"));
  const now = new Date();
  const past = new Date(now.getTime() - 100 * day);
  const keyType = "ECDSA_P256" as const;
  const root = await createAuthority({ commonName: "bench root", keyType, validityDays: 400, now: past });
  const authority = await createAuthority({
    commonName: "bench issuer",
    keyType,
    validityDays: 300,
    now: past,
    issuer: root,
  });
  const hosts: BenchHost[] = [];
  const blocks: string[] = [];
  for (let i = 0; i < count; i++) {
    const host = `127.1.${i >> 8}.${i & 255}`;
    const fault = faults[i % 10];
    const leaf = await issueServer(authority, {
      keyType,
      validityDays: 90,
      now: fault === "CERTIFICATE_EXPIRED" ? past : now,
      dnsNames: [],
      ipAddresses: [fault === "CERTIFICATE_NAME_MISMATCH" ? "127.2.0.1" : host],
    });
    const path = join(folder, "certificates", String(i));
    await writeFile(
      `${path}.crt`,
      fault === "CERTIFICATE_ISSUER_UNKNOWN" ? leaf.certificatePem : leaf.chainPem,
    );
    await writeFile(`${path}.key`, leaf.privateKeyPem.reveal(), { mode: 0o600 });
    blocks.push(
      `server { listen ${host}:${port} ssl; ssl_certificate ${path}.crt; ssl_certificate_key ${path}.key; }`,
    );
    hosts.push({ host, port, ...(fault !== undefined && { fault }) });
  }
  const configuration = join(folder, "nginx.conf");
  await writeFile(configuration, configurationOf(folder, blocks));
  const nginx = spawn("nginx", ["-p", folder, "-e", join(folder, "error.log"), "-c", configuration], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await Promise.race([
    accepting(hosts.at(-1)),
    once(nginx, "exit").then(() => Promise.reject(new Error("nginx ended"))),
  ]);
  return {
    hosts,
    authorityPem: root.certificatePem,
    [Symbol.asyncDispose]: async () => {
      nginx.kill();
      await once(nginx, "exit");
      await rm(folder, { recursive: true });
    },
  };
}

const configurationOf = (folder: string, blocks: readonly string[]): string => `
daemon off; pid ${folder}/pid; worker_processes 1; worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  ssl_protocols TLSv1.2 TLSv1.3;
${blocks.join("\n")}
}
`;

async function accepting(host: BenchHost | undefined): Promise<void> {
  if (host === undefined) return;
  for (let attempt = 0; attempt < 600; attempt++) {
    const socket = connect(host.port, host.host);
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error("nginx does not accept connections");
}
