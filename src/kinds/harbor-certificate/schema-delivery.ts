import { z } from "zod";
import { described } from "../../model/kind-schema.ts";
import { absolutePath, objectName } from "../shared/fields.ts";
import { passphrase } from "./schema-fields.ts";

const mode = z
  .string()
  .regex(/^0?[0-7]{3}$/, "is not a file mode such as 0640 | 不是有效的文件权限，例如 0640");
const id = z.int().min(0).max(4_294_967_294);

/** Files that a certificate is delivered to. */
export const fileDelivery = z.strictObject({
  of: described(
    objectName.default("server"),
    "`server`, or the name of a client.",
    "`server`，或某个客户端证书的名称。",
  ),
  certificate: described(
    absolutePath.optional(),
    "The certificate, then its intermediates: what nginx and Harbor want.",
    "证书及其中间证书，符合 nginx 与 Harbor 的要求。",
  ),
  privateKey: described(absolutePath.optional(), "Its key.", "私钥。"),
  ca: described(absolutePath.optional(), "The CA's certificate.", "CA 证书。"),
  chain: described(
    absolutePath.optional(),
    "The intermediates and the CA, without the certificate itself.",
    "中间证书与 CA，不含证书本身。",
  ),
  crl: described(absolutePath.optional(), "The CA's revocation list.", "CA 的吊销列表。"),
  pkcs12: described(
    z
      .strictObject({
        path: described(absolutePath, "Where.", "路径。"),
        passphrase: described(passphrase, "Protects it.", "保护口令。"),
      })
      .optional(),
    "Key, certificate and chain in one PKCS#12 file.",
    "包含私钥、证书和证书链的 PKCS#12 文件。",
  ),
  mode: described(mode.default("0644"), "Mode of the public files.", "公开文件的权限。"),
  keyMode: described(mode.default("0600"), "Mode of files that hold the key.", "含私钥文件的权限。"),
  uid: described(id.optional(), "Numeric owner.", "属主 UID。"),
  gid: described(id.optional(), "Numeric group.", "属组 GID。"),
});

/** A Secret that it is delivered to. */
export const secretDelivery = z.strictObject({
  of: described(
    objectName.default("server"),
    "`server`, or the name of a client.",
    "`server`，或某个客户端证书的名称。",
  ),
  namespace: described(objectName, "Namespace of the Secret.", "Secret 所在命名空间。"),
  name: described(objectName, "Name of the Secret.", "Secret 名称。"),
  takeOver: described(
    z.boolean().default(false),
    "Write into a Secret that Moorline did not make.",
    "允许写入不是由 Moorline 创建的 Secret。",
  ),
});

export type FileDelivery = z.infer<typeof fileDelivery>;
export type SecretDelivery = z.infer<typeof secretDelivery>;
