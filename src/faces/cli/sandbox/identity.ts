import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { localHost } from "../../../clients/host/local.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { createAuthority, loadAuthority, type Authority } from "../../../pki/authority.ts";
import { exportPrivateKey } from "../../../pki/key.ts";

/** What the sandbox keeps from one start to the next. */
export interface SandboxIdentity {
  /** Signs the certificates of the embedded API servers, and Harbor's first one. */
  readonly authority: Authority;
  readonly harborPassword: Sensitive;
  readonly kubernetesToken: Sensitive;
}

/** Reads the sandbox's secrets, or makes them at the first start. Files are 0600 in a folder of 0700. */
export async function sandboxIdentity(data: string, now: Date): Promise<SandboxIdentity> {
  const folder = join(data, "identity");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const host = localHost();
  const keep = async (name: string, make: () => Promise<string>): Promise<string> => {
    const path = join(folder, name);
    if (existsSync(path)) return readFileSync(path, "utf8");
    const text = await make();
    await host.writeFile(path, text, { mode: 0o600 });
    return text;
  };
  if (!existsSync(join(folder, "ca.crt"))) {
    const made = await createAuthority({
      commonName: "Sandbox servers CA",
      keyType: "ECDSA_P256",
      validityDays: 365,
      now,
    });
    await host.writeFile(join(folder, "ca.key"), (await exportPrivateKey(made.key.privateKey)).reveal(), {
      mode: 0o600,
    });
    await host.writeFile(join(folder, "ca.crt"), made.certificatePem, { mode: 0o644 });
  }
  const authority = await loadAuthority(
    readFileSync(join(folder, "ca.crt"), "utf8"),
    new Sensitive(readFileSync(join(folder, "ca.key"), "utf8")),
  );
  // Harbor wants upper and lower case and a digit; a random text has them but for a chance that the suffix removes.
  const password = await keep(
    "harbor-admin-password",
    async () => `${randomBytes(18).toString("base64url")}aA1`,
  );
  const token = await keep("kubernetes-token", async () => randomBytes(24).toString("base64url"));
  return { authority, harborPassword: new Sensitive(password), kubernetesToken: new Sensitive(token) };
}
