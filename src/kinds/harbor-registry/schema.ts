import { z } from "zod";
import { nameOfReference, type Reference } from "../../model/document.ts";
import { described, type KindSchema } from "../../model/kind-schema.ts";
import { clientCertificateReferences, clientCertificateSource } from "../shared/client-certificate-source.ts";
import { dataKey, exactlyOne, filePath, objectName, variableName } from "../shared/fields.ts";
import { trustReferences, trustSource } from "../shared/trust-source.ts";
import { clusterProxy, clusterProxyReferences } from "./cluster-proxy/schema.ts";
import { deployment, mutualMode, mutualReferences, mutualTls } from "./mutual/schema.ts";

const url = z
  .string()
  .max(2048)
  .regex(
    /^https:\/\//,
    "must begin with https:// ; Moorline speaks to Harbor over HTTPS only, because credentials travel with every pull | 必须以 https:// 开头；每次拉取都会携带凭据，因此 Moorline 只通过 HTTPS 访问 Harbor",
  )
  .regex(
    /^\w+:\/\/(\[[0-9A-Fa-f:]+\]|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)(:\d{1,5})?\/?$/,
    "must be https://host or https://host:port, the host in lower case, without user, path or query | 必须是 https://主机 或 https://主机:端口，主机名小写，不含用户名、路径或查询参数",
  );

const credential = z
  .strictObject({
    secretRef: described(
      z
        .strictObject({
          namespace: described(objectName, "Namespace of the Secret.", "Secret 所在命名空间。"),
          name: described(objectName, "Name of the Secret.", "Secret 名称。"),
          usernameKey: described(
            dataKey.default("username"),
            "Key that holds the user name.",
            "存放用户名的键。",
          ),
          passwordKey: described(
            dataKey.default("password"),
            "Key that holds the password.",
            "存放密码的键。",
          ),
        })
        .optional(),
      "A Secret in the cluster.",
      "集群中的 Secret。",
    ),
    file: described(
      z
        .strictObject({
          path: described(
            filePath,
            "Path of a YAML or JSON file with `username` and `password`; relative paths start from this document's folder.",
            "包含 `username` 和 `password` 的 YAML 或 JSON 文件路径；相对路径以本文档所在目录为起点。",
          ),
        })
        .optional(),
      "A file.",
      "文件。",
    ),
    environment: described(
      z
        .strictObject({
          username: described(
            variableName.default("HARBOR_USERNAME"),
            "Variable that holds the user name.",
            "存放用户名的环境变量。",
          ),
          password: described(
            variableName.default("HARBOR_PASSWORD"),
            "Variable that holds the password.",
            "存放密码的环境变量。",
          ),
        })
        .optional(),
      "Variables of the environment that Moorline runs in.",
      "Moorline 运行环境中的环境变量。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of secretRef, file and environment",
    params: { zh: "secretRef、file、environment 必须且只能填写一项" },
  });

const tls = z.strictObject({
  ca: described(
    trustSource.optional(),
    "The CA that signed Harbor's certificate; this machine's roots where not given.",
    "签发 Harbor 证书的 CA；未填写时使用本机信任的根证书。",
  ),
  clientCertificate: described(
    clientCertificateSource.optional(),
    "The client certificate that Harbor asks for (mutual TLS).",
    "Harbor 要求的客户端证书（双向 TLS）。",
  ),
  minimumVersion: described(
    z.enum(["TLSv1.2", "TLSv1.3"]).default("TLSv1.2"),
    "The oldest TLS version to speak.",
    "允许的最低 TLS 版本。",
  ),
  mutual: described(
    mutualMode.optional(),
    "Mutual TLS: `observe` asks for certificates and logs who comes without one, `enforce` refuses those, `off` takes it back in one step. Not managed where not given.",
    "双向 TLS：`observe` 请求客户端证书并记录未提供者，`enforce` 拒绝未提供者，`off` 一步撤销。未填写时不做管理。",
  ),
  mutualTls: described(mutualTls.prefault({}), "Settings of mutual TLS.", "双向 TLS 设置。"),
  insecureSkipTlsVerify: described(
    z.boolean().default(false),
    "Weaker: do not check who answers. Anybody on the way can read the credential. Each report says so.",
    "降低安全性：不验证服务器身份，中间人可窃取凭据。每次报告都会提示。",
  ),
});

const kubesphere = z.strictObject({
  trustCa: described(
    z.enum(["auto", "never"]).default("auto"),
    "Give ks-apiserver the CA, so that the console's Validate button and tag search work. It restarts once. Nothing happens where KubeSphere is absent or `tls.ca` is not given.",
    "将 CA 提供给 ks-apiserver，使控制台的“验证”按钮和镜像标签搜索可用。ks-apiserver 会重启一次。未安装 KubeSphere 或未填写 `tls.ca` 时不做任何事。",
  ),
  namespace: described(
    objectName.default("kubesphere-system"),
    "Where ks-apiserver runs.",
    "ks-apiserver 所在命名空间。",
  ),
});

const budget = z.strictObject({
  parallel: described(
    z.int().min(1).max(16).default(16),
    "Calls under way at a time, of all documents together. Harbor's pool of 900 database connections stays free for pulls.",
    "所有文档合计的并发调用数上限。Harbor 的 900 个数据库连接得以留给镜像拉取。",
  ),
  callsPerSecond: described(
    z.number().positive().max(10_000).optional(),
    "Calls that begin in each second at most; as many as go where not given, because Harbor limits nobody itself.",
    "每秒最多发起的调用数；未填写时不限速（Harbor 本身不做限速）。",
  ),
});

const fields = z.strictObject({
  url: described(
    url,
    "Harbor's address as its users know it: https://host[:port].",
    "用户访问 Harbor 的地址：https://主机[:端口]。",
  ),
  credential: described(
    credential,
    "The account that Moorline works with: an administrator, or a system robot that may manage projects and robots.",
    "Moorline 使用的账户：管理员，或有权管理项目和机器人账户的系统级机器人账户。",
  ),
  tls: described(tls.prefault({}), "How Harbor proves who it is.", "Harbor 如何证明身份。"),
  kubesphere: described(
    kubesphere.prefault({}),
    "What KubeSphere must know of this Harbor.",
    "KubeSphere 需要了解的信息。",
  ),
  deployment: described(
    deployment.optional(),
    "How this Harbor is run; needed where Moorline is to change it (`tls.mutual`).",
    "Harbor 的部署方式；需要由 Moorline 修改其配置（`tls.mutual`）时填写。",
  ),
  budget: described(
    budget.prefault({}),
    "What Moorline may ask of this Harbor's API and token service.",
    "Moorline 调用该 Harbor 的 API 与令牌服务的额度。",
  ),
  clusterProxy: described(
    clusterProxy.optional(),
    "A TLS proxy in the cluster that shows Harbor the client certificate, for what can not: ks-apiserver, pipelines, other Harbors.",
    "集群内的 TLS 代理，代为向 Harbor 出示客户端证书，供无法出示证书的组件使用：ks-apiserver、流水线、其他 Harbor。",
  ),
});

const spec = fields
  .refine(
    (s) => s.clusterProxy === undefined || (s.tls.ca !== undefined && s.tls.clientCertificate !== undefined),
    {
      message:
        "`clusterProxy` needs `tls.ca` and `tls.clientCertificate`: it shows the one and checks by the other",
      params: {
        zh: "填写 `clusterProxy` 时必须填写 `tls.ca` 和 `tls.clientCertificate`：代理据此校验 Harbor 并出示客户端证书",
      },
    },
  )
  .refine((s) => s.tls.mutual === undefined || s.deployment !== undefined, {
    message: "`tls.mutual` needs `deployment`: Moorline must know where Harbor's proxy is configured",
    params: { zh: "填写 `tls.mutual` 时必须填写 `deployment`，以确定 Harbor 代理的配置位置" },
  })
  .refine(
    ({ tls: { mutual, mutualTls: settings, ca } }) =>
      mutual === undefined || mutual === "off" || settings.clientAuthority.length > 0 || ca !== undefined,
    {
      message: "`tls.mutual` needs `tls.mutualTls.clientAuthority` or `tls.ca`: the CA that signs clients",
      params: {
        zh: "启用 `tls.mutual` 时必须填写 `tls.mutualTls.clientAuthority` 或 `tls.ca`，即签发客户端证书的 CA",
      },
    },
  );

/** A checked HarborRegistry. */
export type HarborRegistrySpec = z.infer<typeof spec>;

function references(of: HarborRegistrySpec): readonly Reference[] {
  const all = [
    ...(of.tls.ca === undefined ? [] : trustReferences(of.tls.ca)),
    ...(of.tls.clientCertificate === undefined ? [] : clientCertificateReferences(of.tls.clientCertificate)),
    ...mutualReferences(of.tls.mutual, of.tls.mutualTls),
    ...clusterProxyReferences(of.clusterProxy),
  ];
  return [...new Map(all.map((reference) => [nameOfReference(reference), reference])).values()];
}

export const harborRegistrySchema: KindSchema<HarborRegistrySpec> = {
  kind: "HarborRegistry",
  plural: "harborregistries",
  shortNames: ["hr"],
  description: {
    en: "A Harbor at platform level: where it is, who Moorline is there, how its certificate is checked, and that KubeSphere trusts it.",
    zh: "平台级 Harbor：地址、Moorline 使用的账户、证书校验方式，以及让 KubeSphere 信任它。",
  },
  spec,
  columns: [{ name: "URL", type: "string", jsonPath: ".spec.url" }],
  references,
};
