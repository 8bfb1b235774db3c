import { z } from "zod";
import { described } from "../../model/kind-schema.ts";

/** The name of an object in a cluster, or of a document. */
export const objectName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "is not a name: lower-case letters, digits, '-' and '.' only (RFC 1123) | 不是有效名称：只能包含小写字母、数字、“-”和“.”（RFC 1123）",
  );

/** A key of a Secret's data. */
export const dataKey = z
  .string()
  .max(253)
  .regex(
    /^[-._a-zA-Z0-9]+$/,
    "is not a key of a Secret: letters, digits, '-', '_' and '.' only | 不是有效的 Secret 键：只能包含字母、数字、“-”、“_”和“.”",
  );

export const variableName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of an environment variable | 不是有效的环境变量名称");

const pathText = z.string().min(1).max(4096);
const noControls = "holds control characters; a path has none | 包含控制字符，路径中不应出现";

/** A path that may start from the document's folder. */
// oxlint-disable-next-line no-control-regex -- the control characters are what this refuses
export const filePath = pathText.regex(/^[^\u0000-\u001f\u007f]+$/, noControls);

/** A path on the machine. A colon would end it in containerd's list of folders. */
export const absolutePath = pathText.regex(
  // oxlint-disable-next-line no-control-regex -- the control characters are what this refuses
  /^\/(?!(.*\/)?\.\.(\/|$))[^\u0000-\u001f\u007f:]*$/,
  "must be an absolute path without '..' and ':' | 必须是不含“..”和“:”的绝对路径",
);

/** Where a Secret is. */
export const secretName = z.strictObject({
  namespace: described(objectName, "Namespace of the Secret.", "Secret 所在命名空间。"),
  name: described(objectName, "Name of the Secret.", "Secret 名称。"),
});

/** Whether exactly one member of an object is given; for objects whose members exclude each other. */
export function exactlyOne(of: Readonly<Record<string, unknown>>): boolean {
  return Object.values(of).filter((value) => value !== undefined).length === 1;
}
