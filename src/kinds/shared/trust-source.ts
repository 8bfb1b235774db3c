import { z } from "zod";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import type { Reference } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { described } from "../../model/kind-schema.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import type { World } from "../world.ts";
import { resolveCertificateAuthority } from "../harbor-certificate/current.ts";
import { dataKey, exactlyOne, filePath, objectName } from "./fields.ts";
import { readSource } from "./source.ts";

/** Where a CA's certificates come from. */
export const trustSource = z
  .strictObject({
    certificate: described(
      objectName.optional(),
      "Name of a HarborCertificate: the CA that issued it.",
      "HarborCertificate 名称：使用签发该证书的 CA。",
    ),
    file: described(
      filePath.optional(),
      "Path of a PEM bundle; relative paths start from this document's folder.",
      "PEM 证书文件路径；相对路径以本文档所在目录为起点。",
    ),
    secretRef: described(
      z
        .strictObject({
          namespace: described(objectName, "Namespace of the Secret.", "Secret 所在命名空间。"),
          name: described(objectName, "Name of the Secret.", "Secret 名称。"),
          key: described(dataKey.default("ca.crt"), "Key that holds the PEM bundle.", "存放 PEM 证书的键。"),
        })
        .optional(),
      "A Secret in the cluster.",
      "集群中的 Secret。",
    ),
    pem: described(z.string().min(1).max(262_144).optional(), "The PEM bundle itself.", "PEM 证书内容本身。"),
  })
  .refine(exactlyOne, {
    message: "give exactly one of certificate, file, secretRef and pem",
    params: { zh: "certificate、file、secretRef、pem 必须且只能填写一项" },
  });

export type TrustSource = z.infer<typeof trustSource>;

/** The documents that must be true before this source can be read. */
export function trustReferences(source: TrustSource): readonly Reference[] {
  return source.certificate === undefined ? [] : [{ kind: "HarborCertificate", name: source.certificate }];
}

/**
 * Reads the authorities that a source names.
 * @param directory where relative paths start: the document's `source.directory`
 * @returns certificates alone, in their order: a private key that stands in the same file stays there
 * @throws TRUST_SOURCE_MISSING, PKI_NOT_PEM, PKI_CERTIFICATE_*; KUBERNETES_* on the way to a Secret
 */
export async function resolveTrust(
  source: TrustSource,
  directory: string,
  world: World,
  signal: AbortSignal,
): Promise<string> {
  const { text, subject } = await bundleOf(source, directory, world, signal);
  return readCertificates(text, subject).map(certificatePem).join("");
}

async function bundleOf(
  source: TrustSource,
  directory: string,
  world: World,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly subject: string }> {
  if (source.pem !== undefined) return { text: source.pem, subject: "ca.pem" };
  if (source.file !== undefined) return readSource(source.file, directory, world);
  if (source.secretRef !== undefined) return readKey(source.secretRef, world, signal);
  const name = source.certificate ?? "";
  const subject = `HarborCertificate/${name}`;
  return { text: await resolveCertificateAuthority(name, world, signal), subject };
}

async function readKey(
  { namespace, name, key }: NonNullable<TrustSource["secretRef"]>,
  world: World,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly subject: string }> {
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  const subject = `Secret/${namespace}/${name} (${key})`;
  const value = secret?.data?.[key];
  if (value === undefined) throw new MoorlineError("TRUST_SOURCE_MISSING", { subject });
  return { text: Buffer.from(value, "base64").toString("utf8"), subject };
}
