import { z } from "zod";
import type { Reference } from "../../model/document.ts";
import { described } from "../../model/kind-schema.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import type { World } from "../world.ts";
import { resolveCertificateAuthority } from "../harbor-certificate/current.ts";
import { bundleFields, readBundle } from "./bundle.ts";
import { exactlyOne, objectName } from "./fields.ts";

/** Where a CA's certificates come from. */
export const trustSource = z
  .strictObject({
    certificate: described(
      objectName.optional(),
      "Name of a HarborCertificate: the CA that issued it.",
      "HarborCertificate 名称：使用签发该证书的 CA。",
    ),
    ...bundleFields,
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
  const name = source.certificate ?? "";
  const { text, subject } = (await readBundle(source, directory, world, signal)) ?? {
    text: await resolveCertificateAuthority(name, world, signal),
    subject: `HarborCertificate/${name}`,
  };
  return readCertificates(text, subject).map(certificatePem).join("");
}
