import { Sensitive } from "../../../model/sensitive.ts";
import { createAuthority } from "../../../pki/authority.ts";
import { issueServer } from "../../../pki/leaf.ts";
import { startKubernetes, type KubernetesOptions, type SandboxKubernetes } from "../start.ts";

export const adminToken = "admin-token";

/** A server on a free port of loopback, with an administrator, a user without rights, and a certificate of its own. */
export async function startForTest(
  options: Partial<KubernetesOptions> & { readonly clientCaPem?: string } = {},
): Promise<{
  readonly kubernetes: SandboxKubernetes;
  readonly authorityPem: string;
}> {
  const { clientCaPem, ...rest } = options;
  const now = new Date();
  const authority = await createAuthority({
    commonName: "Test CA",
    keyType: "ECDSA_P256",
    validityDays: 2,
    now,
  });
  const leaf = await issueServer(authority, {
    commonName: "127.0.0.1",
    dnsNames: [],
    ipAddresses: ["127.0.0.1"],
    keyType: "ECDSA_P256",
    validityDays: 1,
    now,
  });
  const kubernetes = await startKubernetes({
    host: "127.0.0.1",
    port: 0,
    tls: {
      certificatePem: leaf.chainPem,
      privateKeyPem: leaf.privateKeyPem,
      authorityPem: authority.certificatePem,
      ...(clientCaPem === undefined ? {} : { clientCaPem }),
    },
    tokens: [
      { token: new Sensitive(adminToken), user: "admin", groups: ["system:masters"] },
      { token: new Sensitive("nobody-token"), user: "nobody", groups: [] },
    ],
    clock: () => new Date(),
    ...rest,
  });
  return { kubernetes, authorityPem: authority.certificatePem };
}
