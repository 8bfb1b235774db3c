import { z } from "zod";
import { described, type KindSchema } from "../../model/kind-schema.ts";
import { objectName } from "../shared/fields.ts";
import { secretValue } from "../shared/secret-value.ts";
import { storageSize } from "../shared/storage-size.ts";
import { trustReferences, trustSource } from "../shared/trust-source.ts";

/** What Harbor proxies, and where each public one is (facts/harbor.md §1.9). */
const publicUpstreams = {
  "docker-hub": { url: "https://hub.docker.com", names: ["docker.io"] },
  "github-ghcr": { url: "https://ghcr.io", names: ["ghcr.io"] },
} as const;

const upstreamTypes = [
  "docker-registry",
  "docker-hub",
  "github-ghcr",
  "harbor",
  "ali-acr",
  "aws-ecr",
  "azure-acr",
  "google-gcr",
  "jfrog-artifactory",
] as const;

const harborName = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
    "is not a name that Harbor takes: lower-case letters and digits, with single '.', '_' or '-' between them | 不是 Harbor 接受的名称：只能包含小写字母和数字，中间可用单个“.”、“_”或“-”分隔",
  );

const registryName = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?$/,
    "is not host or host:port, as image names begin | 不是镜像名称开头的 host 或 host:port",
  );

/** Harbor takes six fields, seconds `0`, and no `*` for the minutes (facts/harbor.md §1.8). */
const cron = z
  .string()
  .regex(
    /^0 (?!\*)\S+ \S+ \S+ \S+ \S+$/,
    "is not a schedule of Harbor's: six fields, seconds 0, minutes not *, such as '0 30 2 * * *' | 不是 Harbor 接受的计划：共六个字段，秒为 0，分钟不能为 *，例如 '0 30 2 * * *'",
  );

const image = z
  .string()
  .max(512)
  .regex(
    /^[a-z0-9]+([._/-]+[a-z0-9]+)*:[\w][\w.-]{0,127}$/,
    "is not repository:tag without a registry, such as library/busybox:1.36 | 不是不带仓库地址的 repository:tag，例如 library/busybox:1.36",
  );

const credential = z.strictObject({
  username: described(z.string().min(1).max(255), "Account name.", "账户名。"),
  password: described(secretValue, "Where its password lies.", "密码所在位置。"),
});

const http = z.url({ protocol: /^https?$/ });

const upstream = z
  .strictObject({
    type: described(
      z.enum(upstreamTypes).default("docker-registry"),
      "What kind of registry it is, in Harbor's words. Use docker-registry for quay.io and registry.k8s.io: Harbor 2.14 takes quay no more.",
      "上游仓库类型（Harbor 的名称）。quay.io 与 registry.k8s.io 请使用 docker-registry：Harbor 2.14 起不再支持 quay 类型。",
    ),
    url: described(
      http.optional(),
      "Where it is; known for docker-hub and github-ghcr.",
      "上游地址；docker-hub 与 github-ghcr 可省略。",
    ),
    names: described(
      z.array(registryName).max(20).optional(),
      "How image names call it: docker.io. The host of `url` by default. Rules that rewrite images to the cache are made from these.",
      "镜像名称中对它的称呼，例如 docker.io；默认为 url 的主机名。改写镜像地址的规则由此生成。",
    ),
    credential: described(
      credential.optional(),
      "An account there; without one Harbor asks as nobody, and shares the upstream's limit for strangers.",
      "上游账户；未填写时 Harbor 匿名访问，并受上游匿名限额约束。",
    ),
    ca: described(
      trustSource.optional(),
      "The CA of its certificate, for Harbor 2.15 and later; before, Harbor's own containers must trust it.",
      "上游证书的 CA，需要 Harbor 2.15 及以上；更早版本须让 Harbor 容器自身信任该 CA。",
    ),
    insecureSkipTlsVerify: described(
      z.boolean().default(false),
      "Weaker: Harbor does not verify the upstream's certificate. Each report says so.",
      "降低安全性：Harbor 不校验上游证书。每次报告都会提示。",
    ),
  })
  .refine((u) => u.url !== undefined || u.type in publicUpstreams, {
    message: "is needed for this type",
    params: { zh: "该类型必须填写" },
    path: ["url"],
  });

const project = z.strictObject({
  name: described(
    harborName.optional(),
    "The Harbor project; this document's name by default.",
    "Harbor 项目名称；默认与本文档同名。",
  ),
  public: described(
    z.boolean().default(false),
    "Whether anybody may pull from the cache without a credential, and so spend the upstream account's limit. Mirrors of container runtimes need it, as they send no credential.",
    "是否允许匿名拉取（会消耗上游账户的限额）。容器运行时的镜像加速不携带凭据，因此需要开启。",
  ),
  storageLimit: described(
    storageSize.optional(),
    "How much the cache may hold, such as 200Gi; Harbor's own default where not given.",
    "缓存容量上限，例如 200Gi；未填写时采用 Harbor 默认值。",
  ),
  deletionPolicy: described(
    z.enum(["Retain", "Delete"]).default("Retain"),
    "What becomes of the project when this document goes. Delete removes it only when nothing is cached in it.",
    "文档移除时如何处理该项目。Delete 仅在其中没有任何缓存内容时删除。",
  ),
});

const lifetime = z.strictObject({
  daysSinceLastPull: described(
    z.int().min(1).max(36_500).default(7),
    "What nobody pulled for so many days goes. Harbor has no other lifetime for a cache.",
    "超过该天数无人拉取的内容将被清理。Harbor 的缓存没有其他有效期设置。",
  ),
  schedule: described(
    cron.default("0 0 0 * * *"),
    "When Harbor looks for it: six fields, seconds first. The space is free after Harbor's garbage collection.",
    "Harbor 执行清理的时间：六个字段，秒在最前。空间在 Harbor 垃圾回收后释放。",
  ),
});

const limits = z.strictObject({
  kilobytesPerSecond: described(
    z.int().min(1).max(2_000_000).optional(),
    "Bandwidth of each download from the upstream, in KB/s (Harbor 2.12 and later). No limit where not given.",
    "每个上游下载的带宽上限，单位 KB/s（Harbor 2.12 及以上）。未填写则不限。",
  ),
  upstreamConnections: described(
    z.int().min(1).max(100_000).optional(),
    "Connections to the upstream at a time (Harbor 2.14 and later); more are answered 429. No limit where not given.",
    "同时访问上游的连接数（Harbor 2.14 及以上），超出返回 429。未填写则不限。",
  ),
});

const network = z.strictObject({
  name: described(
    harborName.optional(),
    "Its name in Harbor; this document's name by default.",
    "在 Harbor 中的名称；默认与本文档同名。",
  ),
  vendor: described(z.enum(["dragonfly", "kraken"]), "Whose network it is.", "P2P 网络类型。"),
  endpoint: described(http, "Where its manager listens.", "其管理端地址。"),
  credential: described(credential.optional(), "An account there.", "该网络的账户。"),
  insecureSkipTlsVerify: described(
    z.boolean().default(false),
    "Weaker: Harbor does not verify the manager's certificate.",
    "降低安全性：Harbor 不校验其证书。",
  ),
});

const preheatPolicy = z.strictObject({
  name: described(harborName, "Name of the policy.", "策略名称。"),
  repositories: described(
    z.string().min(1).max(512).default("**"),
    "Which repositories, as a pattern: library/**.",
    "仓库匹配模式，例如 library/**。",
  ),
  tags: described(z.string().min(1).max(512).default("**"), "Which tags, as a pattern.", "标签匹配模式。"),
  schedule: described(
    cron.optional(),
    "When; by hand only where not given. Harbor starts nothing by event in a cache.",
    "执行计划；未填写则仅手动执行。缓存项目中没有事件触发。",
  ),
});

const preheat = z.strictObject({
  network: described(
    network,
    "The P2P network that gets images ahead of their pull.",
    "预热所用的 P2P 网络。",
  ),
  policies: described(
    z
      .array(preheatPolicy)
      .min(1)
      .max(100)
      .refine((all) => new Set(all.map((p) => p.name)).size === all.length, {
        message: "two policies have one name",
        params: { zh: "存在同名策略" },
      }),
    "What it gets, and when.",
    "预热内容与时间。",
  ),
});

const spec = z.strictObject({
  registry: described(objectName, "Name of the HarborRegistry document.", "HarborRegistry 文档的名称。"),
  upstream: described(upstream, "The registry whose images are cached.", "被缓存的上游仓库。"),
  project: described(
    project.prefault({}),
    "The proxy-cache project in Harbor. Which upstream it is for can not be changed once it is made.",
    "Harbor 中的代理缓存项目。创建后无法更换上游。",
  ),
  lifetime: described(lifetime.prefault({}), "How long what is cached stays.", "缓存内容的保留时间。"),
  limits: described(limits.prefault({}), "What the cache may take of the upstream.", "对上游的访问限制。"),
  serveRemovedUpstream: described(
    z.boolean().optional(),
    "Go on serving what the upstream has no more (Harbor 2.15 and later).",
    "上游已删除的内容仍由缓存提供（Harbor 2.15 及以上）。",
  ),
  preheat: described(preheat.optional(), "Images handed to a P2P network ahead of their pull.", "镜像预热。"),
  warm: described(
    z.array(image).max(500).default([]),
    "Images that shall be in the cache before anybody asks for them, as repository:tag of the upstream. For Docker Hub's own write library/busybox:1.36.",
    "需要预先放入缓存的镜像，写作上游的 repository:tag。Docker Hub 官方镜像写作 library/busybox:1.36。",
  ),
});

/** A checked ProxyCache. */
export type ProxyCacheSpec = z.infer<typeof spec>;

export const proxyCacheSchema: KindSchema<ProxyCacheSpec> = {
  kind: "ProxyCache",
  plural: "proxycaches",
  shortNames: ["pxc"],
  description: {
    en: "Caches an upstream registry in a Harbor project: endpoint, proxy project, lifetime, bandwidth, preheating, and images that are there before anybody asks.",
    zh: "在 Harbor 项目中缓存上游镜像仓库：仓库端点、代理项目、保留时间、带宽、预热，以及提前放入缓存的镜像。",
  },
  spec,
  columns: [
    { name: "Registry", type: "string", jsonPath: ".spec.registry" },
    { name: "Upstream", type: "string", jsonPath: ".spec.upstream.type" },
    { name: "Project", type: "string", jsonPath: ".spec.project.name" },
  ],
  references: (s) => [
    { kind: "HarborRegistry", name: s.registry },
    ...(s.upstream.ca === undefined ? [] : trustReferences(s.upstream.ca)),
  ],
};

/** Where the upstream is. */
export function upstreamUrl({ upstream: u }: ProxyCacheSpec): string {
  return u.url ?? publicUpstreams[u.type as keyof typeof publicUpstreams].url;
}

/** How image names call the upstream. */
export function upstreamNames(spec: ProxyCacheSpec): readonly string[] {
  const { type, names } = spec.upstream;
  if (names !== undefined) return names;
  if (type in publicUpstreams) return publicUpstreams[type as keyof typeof publicUpstreams].names;
  return [new URL(upstreamUrl(spec)).host];
}
