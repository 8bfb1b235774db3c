import { z } from "zod";
import { described, type KindSchema } from "../../model/kind-schema.ts";
import {
  absolutePath,
  exactlyOne,
  filePath,
  objectName,
  secretName,
  variableName,
} from "../shared/fields.ts";
import { clientCertificateReferences, clientCertificateSource } from "../shared/client-certificate-source.ts";
import { agentFields, listedNodes } from "../shared/node-fields.ts";
import { trustReferences, trustSource } from "../shared/trust-source.ts";

export const runtimeNames = ["containerd", "docker", "crio"] as const;
export type RuntimeName = (typeof runtimeNames)[number];

const paths = z.strictObject({
  containerdConfig: described(
    absolutePath.default("/etc/containerd/config.toml"),
    "containerd's configuration file.",
    "containerd 配置文件。",
  ),
  containerdCertsDir: described(
    absolutePath.default("/etc/containerd/certs.d"),
    "The folder for hosts.toml, where containerd's configuration names none yet.",
    "存放 hosts.toml 的目录；仅当 containerd 配置尚未指定时使用。",
  ),
  containerdSocket: described(
    absolutePath.default("/run/containerd/containerd.sock"),
    "containerd's socket.",
    "containerd 套接字。",
  ),
  dockerCertsDir: described(
    absolutePath.default("/etc/docker/certs.d"),
    "Docker's folder of certificates.",
    "Docker 证书目录。",
  ),
  dockerSocket: described(absolutePath.default("/run/docker.sock"), "Docker's socket.", "Docker 套接字。"),
  crioCertsDir: described(
    absolutePath.default("/etc/containers/certs.d"),
    "CRI-O's folder of certificates; podman and skopeo read it too.",
    "CRI-O 证书目录；podman 与 skopeo 也会读取。",
  ),
  crioSocket: described(absolutePath.default("/run/crio/crio.sock"), "CRI-O's socket.", "CRI-O 套接字。"),
  state: described(
    absolutePath.default("/var/lib/moorline/node-trust"),
    "Where Moorline remembers what it wrote, and keeps what it replaced.",
    "Moorline 记录写入内容并保存被替换文件的目录。",
  ),
});

const credential = z
  .strictObject({
    environment: described(
      z
        .strictObject({
          username: described(variableName.default("HARBOR_PULL_USERNAME"), "User name.", "用户名变量。"),
          password: described(variableName.default("HARBOR_PULL_PASSWORD"), "Password.", "密码变量。"),
        })
        .optional(),
      "Variables of the environment.",
      "环境变量。",
    ),
    file: described(
      filePath.optional(),
      "A YAML or JSON file with `username` and `password`.",
      "包含 `username` 和 `password` 的 YAML 或 JSON 文件。",
    ),
    secretRef: described(
      secretName.optional(),
      "A Secret with `username` and `password`.",
      "包含 `username` 和 `password` 的 Secret。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of environment, file and secretRef",
    params: { zh: "environment、file、secretRef 必须且只能填写一项" },
  });

const spec = z.strictObject({
  registry: described(
    objectName,
    "The HarborRegistry to trust: its URL, its CA and its client certificate.",
    "要信任的 HarborRegistry：使用其地址、CA 和客户端证书。",
  ),
  ca: described(
    trustSource.optional(),
    "Another CA than the registry's `tls.ca`.",
    "改用与 `tls.ca` 不同的 CA。",
  ),
  clientCertificate: described(
    clientCertificateSource.optional(),
    "Another client certificate than the registry's.",
    "改用与 HarborRegistry 不同的客户端证书。",
  ),
  nodes: described(
    listedNodes.optional(),
    "The nodes, for `moorline node apply --everywhere` over SSH, one after the other.",
    "节点列表，供 `moorline node apply --everywhere` 通过 SSH 逐个执行。",
  ),
  agent: described(
    agentFields.optional(),
    "How the node agent carries this out in the cluster.",
    "节点代理在集群中的执行方式。",
  ),
  runtimes: described(
    z.array(z.enum(runtimeNames)).min(1).max(3).optional(),
    "Which runtimes; those that are found where not given.",
    "容器运行时；未填写时自动识别。",
  ),
  paths: described(paths.prefault({}), "Where the runtimes keep their files.", "各运行时的文件路径。"),
  restart: described(
    z
      .strictObject({
        containerd: described(
          z.enum(["auto", "never"]).default("auto"),
          "Restart containerd if, and only if, its config_path had to be changed. Running containers go on.",
          "仅在必须修改 config_path 时重启 containerd。运行中的容器不受影响。",
        ),
        command: described(
          z.array(z.string().min(1).max(1024)).min(1).max(20).default(["systemctl", "restart", "containerd"]),
          "How to restart it.",
          "重启命令。",
        ),
      })
      .prefault({}),
    "What may be restarted.",
    "允许重启的服务。",
  ),
  proof: described(
    z
      .strictObject({
        image: described(
          z
            .string()
            .max(600)
            .regex(
              /^[a-z0-9][a-z0-9._/-]*(:[\w][\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/,
              "is not an image of this registry, such as team-a/app:1.0 (without the host) | 不是该仓库中的镜像名称，例如 team-a/app:1.0（不含主机）",
            )
            .optional(),
          "An image to pull as proof, without the host.",
          "用于验证拉取的镜像，不含主机。",
        ),
        credential: described(credential.optional(), "Who may pull it.", "拉取所用的凭据。"),
      })
      .prefault({}),
    "What proves the trust beyond a handshake.",
    "握手之外的验证方式。",
  ),
});

/** A checked NodeTrust. */
export type NodeTrustSpec = z.infer<typeof spec>;

export const nodeTrustSchema: KindSchema<NodeTrustSpec> = {
  kind: "NodeTrust",
  plural: "nodetrusts",
  shortNames: ["ntrust"],
  description: {
    en: "Each node's runtimes trust the registry's CA and, with mutual TLS, hold a client certificate. Carried out on the node by `moorline node apply`.",
    zh: "节点上的容器运行时信任镜像仓库的 CA，双向 TLS 时还持有客户端证书。由节点上的 `moorline node apply` 执行。",
  },
  spec,
  columns: [{ name: "Registry", type: "string", jsonPath: ".spec.registry" }],
  references: (of) => [
    { kind: "HarborRegistry", name: of.registry },
    ...(of.ca === undefined ? [] : trustReferences(of.ca)),
    ...(of.clientCertificate === undefined ? [] : clientCertificateReferences(of.clientCertificate)),
  ],
};
