import { z } from "zod";
import { described } from "../../../../model/kind-schema.ts";
import { objectName } from "../../../shared/fields.ts";
import { helmDeployment } from "../../../shared/harbor-deployment.ts";

/** A Harbor of its Helm chart that the server's certificate is delivered to. */
export const helmDelivery = helmDeployment.extend({
  secretName: described(
    objectName.optional(),
    "Name of the Secret behind `expose.tls.secret.secretName`. The one that the release uses where not given, or `<release>-tls` while it makes its certificates itself.",
    "`expose.tls.secret.secretName` 对应的 Secret 名称。未填写时使用该 release 当前引用的 Secret；若其证书由 Chart 自行生成，则为 `<release>-tls`。",
  ),
  takeOver: described(
    z.boolean().default(false),
    "Write into that Secret although Moorline did not make it.",
    "该 Secret 不是由 Moorline 创建时也允许写入。",
  ),
  url: described(
    z
      .url({ protocol: /^https$/, error: "is not an https:// URL | 不是 https:// 开头的 URL" })
      .max(2048)
      .optional(),
    "Where clients meet this Harbor, to see what it serves. The release's `externalURL` where not given, else the first of `hosts`.",
    "客户端访问该 Harbor 的地址，用于查看其实际使用的证书。未填写时使用 release 的 `externalURL`，否则使用 `hosts` 的第一项。",
  ),
  caBundle: described(
    z.boolean().default(false),
    "Have Harbor's own components trust this CA as well (replication, OIDC): rendered as `caBundleSecretName`.",
    "让 Harbor 自身组件也信任该 CA（用于复制、OIDC），渲染为 `caBundleSecretName`。",
  ),
});

export type HelmDelivery = z.infer<typeof helmDelivery>;
