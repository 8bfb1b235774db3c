import { z } from "zod";
import { described } from "../../../../model/kind-schema.ts";
import { absolutePath } from "../../../shared/fields.ts";
import { composeDeployment } from "../../../shared/harbor-deployment.ts";

const connectTo = z
  .string()
  .max(300)
  .regex(
    /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/,
    "is not a host with or without a port, such as 10.0.0.7:443 | 不是有效的“主机”或“主机:端口”，例如 10.0.0.7:443",
  );

const harborName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    "is not a host name in lower case or an IPv4 address | 不是有效的小写主机名或 IPv4 地址",
  );

/** A docker-compose Harbor that a certificate is delivered to. */
export const composeDelivery = composeDeployment
  .extend({
    certificate: described(
      absolutePath.optional(),
      "Where harbor.yml is to find the certificate; where it finds it now, or cert/server.crt below its data volume.",
      "harbor.yml 中的证书路径；未填写时沿用现有路径，没有则为数据卷下的 cert/server.crt。",
    ),
    privateKey: described(
      absolutePath.optional(),
      "Where harbor.yml is to find the key; likewise cert/server.key.",
      "harbor.yml 中的私钥路径；未填写时规则同上，默认 cert/server.key。",
    ),
    hostname: described(
      harborName.optional(),
      "Set `hostname` in harbor.yml; it stays otherwise.",
      "设置 harbor.yml 中的 `hostname`；未填写时保持不变。",
    ),
    externalUrl: described(
      z
        .url({ protocol: /^https$/ })
        .max(2048)
        .optional(),
      "Set `external_url` in harbor.yml; it stays otherwise.",
      "设置 harbor.yml 中的 `external_url`；未填写时保持不变。",
    ),
    httpsPort: described(
      z.int().min(1).max(65535).optional(),
      "Set `https.port` in harbor.yml; it stays otherwise.",
      "设置 harbor.yml 中的 `https.port`；未填写时保持不变。",
    ),
    connectTo: described(
      connectTo.optional(),
      "Where Moorline looks at the certificate that is served, if not at hostname and HTTPS port: `10.0.0.7` or `10.0.0.7:443`.",
      "查看所提供证书时连接的地址；未填写时为 hostname 与 HTTPS 端口。例如 `10.0.0.7` 或 `10.0.0.7:443`。",
    ),
  })
  .refine((d) => d.certificate === undefined || d.certificate !== d.privateKey, {
    message: "certificate and privateKey need paths of their own",
    params: { zh: "certificate 与 privateKey 不能为同一路径" },
  });

export type ComposeDelivery = z.infer<typeof composeDelivery>;
