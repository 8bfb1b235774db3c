import { z } from "zod";
import type { ClientCertificate } from "../../clients/http/tls-options.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Reference } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { described } from "../../model/kind-schema.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { resolveIssuedClient } from "../harbor-certificate/current.ts";
import { requirePair } from "../harbor-certificate/pair.ts";
import type { World } from "../world.ts";
import { filePath, objectName, secretName } from "./fields.ts";
import { readSource } from "./source.ts";

/** Where a client certificate and its key come from. */
export const clientCertificateSource = z
  .strictObject({
    certificate: described(
      objectName.optional(),
      "Name of a HarborCertificate; `client` then says which of its clients.",
      "HarborCertificate 名称；由 `client` 指明使用其中哪个客户端证书。",
    ),
    client: described(
      objectName.optional(),
      "Which of the HarborCertificate's clients.",
      "该 HarborCertificate 的哪个客户端证书。",
    ),
    files: described(
      z
        .strictObject({
          certificate: described(
            filePath,
            "PEM file: the certificate, then its intermediates.",
            "PEM 文件：客户端证书及其中间证书。",
          ),
          privateKey: described(filePath, "PEM file of the private key.", "私钥 PEM 文件。"),
        })
        .optional(),
      "Two files; relative paths start from this document's folder.",
      "两个文件；相对路径以本文档所在目录为起点。",
    ),
    secretRef: described(
      secretName.optional(),
      "A Secret with tls.crt and tls.key.",
      "包含 tls.crt 和 tls.key 的 Secret。",
    ),
  })
  .refine(
    (s) =>
      [s.certificate, s.files, s.secretRef].filter((each) => each !== undefined).length === 1 &&
      (s.certificate === undefined) === (s.client === undefined),
    {
      message: "give exactly one of certificate with client, files, and secretRef",
      params: { zh: "certificate（同时填写 client）、files、secretRef 必须且只能填写一项" },
    },
  );

export type ClientCertificateSource = z.infer<typeof clientCertificateSource>;

/** The documents that must be true before this source can be read. */
export function clientCertificateReferences(source: ClientCertificateSource): readonly Reference[] {
  return source.certificate === undefined ? [] : [{ kind: "HarborCertificate", name: source.certificate }];
}

/**
 * Reads a client certificate and its key, and makes sure that they belong together.
 * @param directory where relative paths start: the document's `source.directory`
 * @throws TRUST_SOURCE_MISSING, PKI_KEY_MISMATCH, PKI_*; KUBERNETES_* on the way to a Secret
 */
export async function resolveClientCertificate(
  source: ClientCertificateSource,
  directory: string,
  world: World,
  signal: AbortSignal,
): Promise<ClientCertificate> {
  if (source.files !== undefined) {
    const [certificate, key] = await Promise.all([
      readSource(source.files.certificate, directory, world),
      readSource(source.files.privateKey, directory, world),
    ]);
    return requirePair(certificate.text, new Sensitive(key.text), certificate.subject);
  }
  if (source.secretRef !== undefined) return fromSecret(source.secretRef, world, signal);
  return resolveIssuedClient(source.certificate ?? "", source.client ?? "", world, signal);
}

async function fromSecret(
  at: z.infer<typeof secretName>,
  world: World,
  signal: AbortSignal,
): Promise<ClientCertificate> {
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, at, signal);
  const subject = `Secret/${at.namespace}/${at.name}`;
  const [certificate, key] = ["tls.crt", "tls.key"].map((k) => secret?.data?.[k]);
  if (certificate === undefined || key === undefined)
    throw new MoorlineError("TRUST_SOURCE_MISSING", { subject: `${subject} (tls.crt, tls.key)` });
  const decoded = (value: string): string => Buffer.from(value, "base64").toString("utf8");
  return requirePair(decoded(certificate), new Sensitive(decoded(key)), subject);
}
