import { z } from "zod";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { MoorlineError } from "../../model/errors.ts";
import { described } from "../../model/kind-schema.ts";
import type { World } from "../world.ts";
import { dataKey, filePath, objectName } from "./fields.ts";
import { readSource } from "./source.ts";

/** Where a PEM bundle of certificates may lie, as members of a schema. */
export const bundleFields = {
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
} as const;

/** What {@link bundleFields} parse to. */
export interface BundlePlace {
  readonly file?: string | undefined;
  readonly secretRef?:
    { readonly namespace: string; readonly name: string; readonly key: string } | undefined;
  readonly pem?: string | undefined;
}

/**
 * Reads the bundle.
 * @returns its text as it stands; undefined where no place is given
 * @throws TRUST_SOURCE_MISSING; KUBERNETES_* on the way to a Secret
 */
export async function readBundle(
  { pem, file, secretRef }: BundlePlace,
  directory: string,
  world: World,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly subject: string } | undefined> {
  if (pem !== undefined) return { text: pem, subject: "ca.pem" };
  if (file !== undefined) return readSource(file, directory, world);
  if (secretRef === undefined) return undefined;
  const { namespace, name, key } = secretRef;
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  const subject = `Secret/${namespace}/${name} (${key})`;
  const value = secret?.data?.[key];
  if (value === undefined) throw new MoorlineError("TRUST_SOURCE_MISSING", { subject });
  return { text: Buffer.from(value, "base64").toString("utf8"), subject };
}
