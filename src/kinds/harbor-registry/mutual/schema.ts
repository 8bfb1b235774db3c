import { z } from "zod";
import { isIP } from "node:net";
import type { Reference } from "../../../model/document.ts";
import { described } from "../../../model/kind-schema.ts";
import { absolutePath, exactlyOne, filePath, objectName } from "../../shared/fields.ts";
import { composeDeployment, helmDeployment } from "../../shared/harbor-deployment.ts";
import { trustReferences, trustSource } from "../../shared/trust-source.ts";

/** What nginx can tell apart: image pulls and pushes, Harbor's API, and everything that a browser shows. */
export const coverable = ["registry", "api", "portal"] as const;
export type Coverable = (typeof coverable)[number];

/** How the Harbor of a document is run, where Moorline is to change it. */
export const deployment = z
  .strictObject({
    compose: described(composeDeployment.optional(), "By docker-compose.", "由 docker-compose 运行。"),
    helm: described(helmDeployment.optional(), "By its Helm chart.", "由 Helm chart 运行。"),
  })
  .refine(exactlyOne, {
    message: "give exactly one of compose and helm",
    params: { zh: "compose、helm 必须且只能填写一项" },
  });

const revocationList = z
  .strictObject({
    certificate: described(
      objectName.optional(),
      "Name of a HarborCertificate that keeps a list (`spec.crl`).",
      "维护吊销列表（`spec.crl`）的 HarborCertificate 名称。",
    ),
    file: described(
      filePath.optional(),
      "PEM file with the list of every CA; relative paths start from this document's folder.",
      "包含每个 CA 的吊销列表的 PEM 文件；相对路径以本文档所在目录为起点。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of certificate and file",
    params: { zh: "certificate、file 必须且只能填写一项" },
  });

export type RevocationListSource = z.infer<typeof revocationList>;

const addressRange = z
  .string()
  .max(64)
  .refine(isAddressRange, {
    message: "is not an address or a range such as 10.0.0.7 or 10.0.0.0/24",
    params: { zh: "不是 IP 地址或网段，例如 10.0.0.7 或 10.0.0.0/24" },
  });

function isAddressRange(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

const exemption = z.strictObject({
  name: described(
    z
      .string()
      .max(63)
      .regex(
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
        "is not a name: lower-case letters, digits and '-' | 不是有效名称：只能包含小写字母、数字和“-”",
      ),
    "Who it is: `ks-apiserver`, `harbor-shanghai`. Reports use it.",
    "名称，例如 `ks-apiserver`、`harbor-shanghai`，用于报告。",
  ),
  addresses: described(
    z.array(addressRange).min(1).max(256),
    "Addresses or ranges from which requests are let in without a certificate.",
    "允许不带证书访问的 IP 地址或网段。",
  ),
});

/** Settings beside the switch. */
export const mutualTls = z.strictObject({
  covers: described(
    z
      .array(z.enum(coverable))
      .min(1)
      .max(3)
      .refine((list) => new Set(list).size === list.length, {
        message: "names something twice",
        params: { zh: "存在重复项" },
      })
      .default(["registry"]),
    "What only clients with a certificate may use: `registry` (/v2/ and tokens: pulls and pushes), `api` (/api/), `portal` (all else).",
    "仅允许持有证书的客户端访问的部分：`registry`（/v2/ 与令牌，即拉取和推送）、`api`（/api/）、`portal`（其余部分）。",
  ),
  clientAuthority: described(
    z.array(trustSource).max(4).default([]),
    "The CAs that sign client certificates; two while one takes over from the other. The registry's `tls.ca` where none is given.",
    "签发客户端证书的 CA；轮换期间可填写新旧两个。未填写时使用 `tls.ca`。",
  ),
  revocationList: described(
    revocationList.optional(),
    "The revocation lists of these CAs. A list that is missing, expired or incomplete is not used, and told: with it nginx would refuse everybody.",
    "这些 CA 的吊销列表。列表缺失、过期或不完整时不会启用并给出提示，否则 nginx 会拒绝所有客户端。",
  ),
  verifyDepth: described(
    z.int().min(1).max(10).default(2),
    "How many certificates a client's chain may have above its own.",
    "客户端证书链的最大验证深度。",
  ),
  exempt: described(
    z
      .array(exemption)
      .max(64)
      .refine((list) => new Set(list.map((e) => e.name)).size === list.length, {
        message: "names somebody twice",
        params: { zh: "名称重复" },
      })
      .default([]),
    "Who may come without a certificate, by address: ks-apiserver, another Harbor that replicates, a pipeline. Each report lists them.",
    "按地址放行、可不带证书访问的来源：ks-apiserver、执行复制的其他 Harbor、流水线等。每次报告都会列出。",
  ),
  seenWithinDays: described(
    z.int().min(1).max(90).default(7),
    "`enforce` waits until every node was seen with a valid certificate within so many days.",
    "`enforce` 需等待所有节点在此天数内均以有效证书访问过。",
  ),
  directory: described(
    absolutePath.optional(),
    "docker-compose: folder on Harbor's machine for nginx's additions and the log of clients; /etc/moorline/harbor/<name> where not given.",
    "docker-compose：Harbor 所在机器上存放 nginx 附加配置和客户端日志的目录；未填写时为 /etc/moorline/harbor/<名称>。",
  ),
});

export type MutualTls = z.infer<typeof mutualTls>;

export const mutualMode = z.enum(["off", "observe", "enforce"]);
export type MutualMode = z.infer<typeof mutualMode>;

/** The documents that must be true before a mode can be reached; going back needs none. */
export function mutualReferences(mode: MutualMode | undefined, settings: MutualTls): readonly Reference[] {
  if (mode === undefined || mode === "off") return [];
  const list = settings.revocationList?.certificate;
  return [
    ...settings.clientAuthority.flatMap(trustReferences),
    ...(list === undefined ? [] : [{ kind: "HarborCertificate", name: list }]),
  ];
}
