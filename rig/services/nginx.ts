import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CertificateFiles } from "../certificates.ts";
import { readIfPresent, writeAtomically } from "../files.ts";
import { names, ports, type RigLayout } from "../layout.ts";
import type { RigPki } from "../pki.ts";
import { accepts } from "./control-plane.ts";
import type { Service } from "./service.ts";

/** Who may read from the listener that asks for a password. */
export const registryUser = "puller";

/** The password's file; it is made at the first start, by chance. */
export function registryPasswordPath(layout: RigLayout): string {
  return join(layout.home, "nginx", "password");
}

/** nginx with TLS in front of docker-registry: one listener as it should be, and one for each thing that can be wrong. */
export async function nginx(layout: RigLayout, pki: RigPki): Promise<Service> {
  const home = join(layout.home, "nginx");
  await mkdir(home, { recursive: true });
  const password = (await readIfPresent(registryPasswordPath(layout))) ?? randomBytes(12).toString("hex");
  const accounts = join(home, "accounts");
  await writeAtomically(registryPasswordPath(layout), password, 0o600);
  await writeAtomically(accounts, `${registryUser}:{PLAIN}${password}\n`, 0o600);
  const configuration = join(home, "nginx.conf");
  await writeAtomically(configuration, configurationText(home, accounts, password, pki), 0o600);
  const certificates = [pki.registry, pki.registryExpired, pki.registryWithoutSan, pki.registryAuthority];
  return {
    name: "nginx",
    command: ["nginx", "-c", configuration, "-e", join(home, "error.log")],
    configuration: [configuration, accounts, ...certificates.map(({ certificate }) => certificate)],
    ready: () => accepts(ports.registryOpen),
  };
}

function configurationText(home: string, accounts: string, password: string, pki: RigPki): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `  ${kind}_temp_path ${join(home, kind)};`,
  );
  const mutual = `ssl_client_certificate ${pki.registryAuthority.certificate}; ssl_verify_client on;`;
  return `# The user is root because the key files are root's.
user root;
worker_processes 1;
daemon off;
pid ${join(home, "nginx.pid")};
events {}
http {
  access_log ${join(home, "access.log")};
${temporary.join("\n")}
  client_max_body_size 0;
  map_hash_bucket_size 256;
  ssl_protocols TLSv1.2 TLSv1.3;
${listener(ports.registryOpen, pki.registry)}
${listener(ports.registryAuthenticated, pki.registry, `auth_basic "rig"; auth_basic_user_file ${accounts};`)}
${listener(ports.registryMutualTls, pki.registry, mutual)}
${listener(ports.registryExpired, pki.registryExpired)}
${listener(ports.registryWithoutSan, pki.registryWithoutSan)}
${tokenListener(password, pki.registry)}
}
`;
}

/**
 * Harbor's token flow as a pull meets it (facts/harbor.md §4): a token for the asking, which says nothing where the account
 * is unknown, and 401 both for it and for a project that the account may not read. `rig/` may be read with the
 * right password; `closed/` by nobody.
 */
function tokenListener(password: string, files: CertificateFiles): string {
  const realm = `https://${names.registry}:${ports.registryTokens}/service/token`;
  const credential = Buffer.from(`${registryUser}:${password}`).toString("base64");
  const refuse = `add_header WWW-Authenticate 'Bearer realm="${realm}",service="harbor-registry"' always; return 401;`;
  const more = `default_type application/json;
    location = /service/token {
      if ($request_method != GET) { return 405; }
      return 200 '{"token":"$rig_token","access_token":"","expires_in":1800}';
    }
    location /v2/closed/ { ${refuse} }
    if ($http_authorization != "Bearer ${password}") { set $refused yes; }
    location @refused { ${refuse} }
    error_page 418 = @refused;`;
  const pass = "if ($refused = yes) { return 418; }";
  return `  map $http_authorization $rig_token { default anonymous; "Basic ${credential}" ${password}; }
${listener(ports.registryTokens, files, more, pass)}`;
}

function listener(port: number, files: CertificateFiles, more = "", inLocation = ""): string {
  return `  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${files.certificate};
    ssl_certificate_key ${files.key};
    ${more}
    location /v2/ {
      ${inLocation}
      proxy_pass http://127.0.0.1:${ports.registry};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto https;
      proxy_request_buffering off;
    }
  }`;
}
