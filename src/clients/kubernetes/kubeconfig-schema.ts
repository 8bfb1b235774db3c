import { z } from "zod";

const flag = z.boolean().optional();
const text = z.string().optional();

const cluster = z.looseObject({
  server: text,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": flag,
  "tls-server-name": text,
  "proxy-url": text,
});

const exec = z.looseObject({
  apiVersion: z.string(),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().default("") })).nullish(),
  provideClusterInfo: flag,
});

const user = z.looseObject({
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  exec: exec.nullish(),
  "auth-provider": z.unknown().optional(),
  as: text,
});

const context = z.looseObject({ cluster: z.string(), user: z.string().default(""), namespace: text });

/** A kubeconfig file (client-go's api/v1 Config); unknown fields are let be. */
export const kubeconfigSchema = z.looseObject({
  "current-context": text,
  clusters: z.array(z.looseObject({ name: z.string(), cluster })).nullish(),
  users: z.array(z.looseObject({ name: z.string(), user: user.nullish() })).nullish(),
  contexts: z.array(z.looseObject({ name: z.string(), context })).nullish(),
});

export type KubeconfigFile = z.infer<typeof kubeconfigSchema>;
export type Cluster = z.infer<typeof cluster>;
export type User = z.infer<typeof user>;
export type Context = z.infer<typeof context>;
export type Exec = z.infer<typeof exec>;

/** What an exec plugin writes (client.authentication.k8s.io). */
export const execCredentialSchema = z.looseObject({
  kind: z.literal("ExecCredential"),
  status: z.looseObject({ token: text, clientCertificateData: text, clientKeyData: text }),
});
