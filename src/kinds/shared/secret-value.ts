import { resolve } from "node:path";
import { z } from "zod";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { described } from "../../model/kind-schema.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { Bilingual } from "../../text/language.ts";
import type { World } from "../world.ts";
import { dataKey, exactlyOne, filePath, objectName, variableName } from "./fields.ts";

/** Members of a schema that say where one secret value lies. */
export const secretValueFields = {
  environment: described(variableName.optional(), "A variable of the environment.", "环境变量。"),
  file: described(
    filePath.optional(),
    "A file with the value on its first line; relative paths start from this document's folder.",
    "首行为该值的文件；相对路径以本文档所在目录为起点。",
  ),
  secretRef: described(
    z
      .strictObject({
        namespace: described(objectName, "Namespace of the Secret.", "Secret 所在命名空间。"),
        name: described(objectName, "Name of the Secret.", "Secret 名称。"),
        key: described(dataKey, "Key that holds the value.", "存放该值的键。"),
      })
      .optional(),
    "A key of a Secret in the cluster.",
    "集群中 Secret 的一个键。",
  ),
} as const;

/** Where one secret value lies. */
export const secretValue = z.strictObject(secretValueFields).refine(exactlyOne, {
  message: "give exactly one of environment, file and secretRef",
  params: { zh: "environment、file、secretRef 必须且只能填写一项" },
});

export type SecretValue = z.infer<typeof secretValue>;

const longestFile = 65_536;

/**
 * Reads a secret value.
 * @param what it is, for errors
 * @throws SECRET_VALUE_MISSING where it is not there or empty; HOST_*, KUBERNETES_* on the way
 */
export async function readSecretValue(
  place: SecretValue,
  what: Bilingual,
  document: Document,
  world: World,
  signal: AbortSignal,
): Promise<Sensitive> {
  const { text, source } = await valueAt(place, document, world, signal);
  if (text === undefined || text.trim() === "")
    throw new MoorlineError("SECRET_VALUE_MISSING", {
      subject: nameOf(document),
      parameters: { source, what },
    });
  return new Sensitive(text.trim());
}

async function valueAt(
  { environment, file, secretRef }: SecretValue,
  document: Document,
  world: World,
  signal: AbortSignal,
): Promise<{ readonly text: string | undefined; readonly source: string }> {
  if (environment !== undefined) return { text: world.environment(environment), source: `$${environment}` };
  if (secretRef !== undefined) {
    const client = await world.kubernetes();
    const secret = await client.get<Secret>(resources.secrets, secretRef, signal);
    const value = secret?.data?.[secretRef.key];
    const source = `Secret/${secretRef.namespace}/${secretRef.name} (${secretRef.key})`;
    return { text: value && Buffer.from(value, "base64").toString("utf8"), source };
  }
  const path = resolve(document.source.directory, file ?? "");
  const found = await world.documentsHost.readFile(path, longestFile);
  return { text: found?.bytes.toString("utf8").split(/\r?\n/, 1)[0], source: path };
}
