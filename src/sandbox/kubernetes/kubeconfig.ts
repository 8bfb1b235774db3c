import { stringify } from "yaml";

/** A kubeconfig for one user of one server, with a bearer token or a client pair; YAML text, which holds a secret. */
export function kubeconfigText(options: {
  readonly url: string;
  readonly authorityPem: string;
  readonly user: string;
  readonly token: string;
}): string {
  const name = "moorline-sandbox";
  const base64 = Buffer.from(options.authorityPem).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: options.url, "certificate-authority-data": base64 } }],
    users: [{ name: options.user, user: { token: options.token } }],
    contexts: [{ name, context: { cluster: name, user: options.user } }],
    "current-context": name,
  });
}
