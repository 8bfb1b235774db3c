import { isIP } from "node:net";
import { z } from "zod";
import type { Reference } from "../../../model/document.ts";
import { described } from "../../../model/kind-schema.ts";
import { objectName } from "../../shared/fields.ts";

const address = z
  .string()
  .max(45)
  .refine((text) => isIP(text) !== 0, {
    message: "is not an address",
    params: { zh: "不是 IP 地址" },
  });

const cidr = z
  .string()
  .max(49)
  .refine(
    (text) => {
      const [of = "", length, rest] = text.split("/");
      const isLength = length !== undefined && /^\d{1,3}$/.test(length) && rest === undefined;
      return isLength && isIP(of) !== 0 && Number(length) <= (isIP(of) === 4 ? 32 : 128);
    },
    {
      message: "is not a range of addresses such as 10.0.0.0/8",
      params: { zh: "不是形如 10.0.0.0/8 的地址段" },
    },
  );

const labels = z.record(z.string().min(1).max(317), z.string().max(63));

const source = z
  .strictObject({
    namespaces: described(
      labels.optional(),
      "Labels of namespaces; `{}` is every namespace. The proxy's own where not given.",
      "命名空间标签；`{}` 表示所有命名空间。未填写时仅限代理所在命名空间。",
    ),
    pods: described(
      labels.optional(),
      "Labels of pods in them; every pod where not given.",
      "其中 Pod 的标签；未填写时为所有 Pod。",
    ),
    cidr: described(
      cidr.optional(),
      "Addresses instead, such as those of nodes.",
      "改用地址段，例如节点地址。",
    ),
  })
  .refine((s) => (s.cidr === undefined) !== (s.namespaces === undefined && s.pods === undefined), {
    message: "give namespaces and pods, or cidr",
    params: { zh: "请填写 namespaces 与 pods，或填写 cidr" },
  });

const path = z
  .string()
  .max(200)
  .regex(
    /^\/[A-Za-z0-9._~/-]*$/,
    "must begin with / and hold letters, digits and ._~/- only | 必须以 / 开头，且只能包含字母、数字和 ._~/-",
  );

/** A way into Harbor for what can not show a client certificate. */
export const clusterProxy = z.strictObject({
  namespace: described(objectName, "Where it runs.", "运行所在的命名空间。"),
  name: described(
    objectName
      .max(40)
      .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, "must be a DNS label | 必须是 DNS 标签")
      .default("harbor-proxy"),
    "Name of its Deployment and Service.",
    "其 Deployment 和 Service 的名称。",
  ),
  image: described(
    z.string().min(1).max(500).default("docker.io/library/nginx:1.28-alpine"),
    "An image with nginx (1.18 or later, with TLS) and a POSIX shell. Name a digest to fix it.",
    "包含 nginx（1.18 及以上，支持 TLS）和 POSIX shell 的镜像。可用摘要固定版本。",
  ),
  imagePullSecret: described(
    objectName.optional(),
    "Secret that pulls the image, in the same namespace.",
    "拉取该镜像的 Secret，位于同一命名空间。",
  ),
  replicas: described(z.int().min(1).max(20).default(2), "How many pods.", "Pod 数量。"),
  upstreamAddress: described(
    address.optional(),
    "Harbor's address, where pods do not resolve its name, or resolve it to this very proxy.",
    "Harbor 的地址；当 Pod 无法解析其名称，或该名称会解析到此代理本身时填写。",
  ),
  certificate: described(
    z.strictObject({
      certificate: described(
        objectName,
        "The HarborCertificate that is delivered into that Secret. Its names must hold Harbor's.",
        "交付到该 Secret 的 HarborCertificate；其名称须包含 Harbor 的主机名。",
      ),
      secret: described(
        objectName,
        "Secret of type kubernetes.io/tls in the proxy's namespace (`deliver.secrets`).",
        "代理所在命名空间中 kubernetes.io/tls 类型的 Secret（`deliver.secrets`）。",
      ),
    }),
    "The proxy's own server certificate.",
    "代理自身的服务器证书。",
  ),
  allowedSources: described(
    z.array(source).min(1).max(50),
    "Who may come to it; nobody else does (NetworkPolicy).",
    "允许访问的来源；其余一律拒绝（NetworkPolicy）。",
  ),
  allowedPaths: described(
    z.array(path).min(1).max(50).default(["/v2/", "/service/token"]),
    "Beginnings of paths that are passed on; others get 403.",
    "允许转发的路径前缀；其他路径返回 403。",
  ),
});

export type ClusterProxy = z.infer<typeof clusterProxy>;

export function clusterProxyReferences(proxy: ClusterProxy | undefined): readonly Reference[] {
  return proxy === undefined ? [] : [{ kind: "HarborCertificate", name: proxy.certificate.certificate }];
}
