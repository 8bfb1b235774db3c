import { z } from "zod";
import { described } from "../../../../model/kind-schema.ts";
import { exactlyOne, filePath, objectName } from "../../../shared/fields.ts";

const group = "cert-manager.io";

const issuerRef = z
  .strictObject({
    name: described(objectName, "Its name.", "名称。"),
    kind: described(
      z
        .string()
        .max(63)
        .regex(
          /^[A-Z][A-Za-z0-9]*$/,
          "is not a kind such as ClusterIssuer | 不是有效的类型，例如 ClusterIssuer",
        )
        .default("Issuer"),
      "`Issuer`, `ClusterIssuer`, or a kind of another group.",
      "`Issuer`、`ClusterIssuer` 或其他组的类型。",
    ),
    group: described(objectName.default(group), "Its API group.", "API 组。"),
  })
  .refine((r) => r.group !== group || ["Issuer", "ClusterIssuer"].includes(r.kind), {
    message: `a kind of ${group} is Issuer or ClusterIssuer; say \`group\` for that of others`,
    params: { zh: `${group} 组的类型只能为 Issuer 或 ClusterIssuer；其他类型请填写 \`group\`` },
  });

const selfManaged = z.strictObject({
  name: described(
    objectName.optional(),
    "Name of the Issuer; the document's where not given.",
    "Issuer 名称；未填写时与文档同名。",
  ),
  caSecretName: described(
    objectName,
    "A Secret in the same namespace with the CA's tls.crt and tls.key.",
    "同一命名空间中包含 CA 的 tls.crt 与 tls.key 的 Secret。",
  ),
});

/** Certificates that cert-manager issues and renews. */
export const certManager = z
  .strictObject({
    namespace: described(
      objectName,
      "Namespace of the Certificates and their Secrets.",
      "Certificate 及其 Secret 所在命名空间。",
    ),
    issuerRef: described(issuerRef.optional(), "An issuer that is there.", "引用已有的签发者。"),
    selfManaged: described(
      selfManaged.optional(),
      "An Issuer that Moorline writes, over a CA in a Secret.",
      "由 Moorline 创建的 Issuer，使用 Secret 中的 CA。",
    ),
    secretName: described(
      objectName.optional(),
      "Name of the server certificate's Secret; `<document>-server-tls` where not given.",
      "服务器证书 Secret 的名称；未填写时为 `<文档名>-server-tls`。",
    ),
    authority: described(
      filePath.optional(),
      "PEM file of the CA that clients are to trust. Where not given, the Secret's ca.crt; and without one (ACME), the public CA that signed.",
      "客户端应信任的 CA 的 PEM 文件。未填写时使用 Secret 中的 ca.crt；若没有（ACME），则使用对应的公共 CA。",
    ),
  })
  .refine((c) => exactlyOne({ issuerRef: c.issuerRef, selfManaged: c.selfManaged }), {
    message: "give exactly one of issuerRef and selfManaged",
    params: { zh: "issuerRef、selfManaged 必须且只能填写一项" },
  });

export type CertManager = z.infer<typeof certManager>;
