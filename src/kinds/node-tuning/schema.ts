import { z } from "zod";
import { described, type KindSchema } from "../../model/kind-schema.ts";
import { absolutePath } from "../shared/fields.ts";
import { agentFields, listedNodes } from "../shared/node-fields.ts";
import { ageMs } from "./quantity.ts";

const percent = z.int().min(0).max(100);

const age = z
  .string()
  .max(40)
  .regex(
    /^(\d+(\.\d+)?(h|m|s|ms))+$/,
    "is not a duration such as 2m, 36h or 1h30m | 不是有效的时长，例如 2m、36h 或 1h30m",
  );

const threshold = z
  .string()
  .max(40)
  .regex(
    /^((100|\d{1,2})(\.\d+)?%|\d+(\.\d+)?([EPTGMk]|[EPTGMK]i)?)$/,
    "is not a threshold such as 15% or 10Gi | 不是有效的阈值，例如 15% 或 10Gi",
  );

const evictionHard = z.strictObject({
  "imagefs.available": described(
    threshold.optional(),
    "Room left where images lie.",
    "镜像文件系统的剩余空间。",
  ),
  "imagefs.inodesFree": described(
    threshold.optional(),
    "Inodes left where images lie.",
    "镜像文件系统的剩余 inode。",
  ),
  "nodefs.available": described(
    threshold.optional(),
    "Room left on the node's own file system.",
    "节点文件系统的剩余空间。",
  ),
  "nodefs.inodesFree": described(
    threshold.optional(),
    "Inodes left on the node's own file system.",
    "节点文件系统的剩余 inode。",
  ),
});

const spec = z
  .strictObject({
    serializeImagePulls: described(
      z.boolean().optional(),
      "Pull one image after the other. With `false` a slow pull holds up no other.",
      "逐个拉取镜像。设为 `false` 时，缓慢的拉取不会阻塞其他拉取。",
    ),
    maxParallelImagePulls: described(
      z.int().min(1).max(1000).optional(),
      "How many images at once; Kubernetes 1.27 or later, and only without serialized pulls.",
      "并行拉取的镜像数量；需要 Kubernetes 1.27 或更高版本，且不能同时启用逐个拉取。",
    ),
    registryPullQPS: described(
      z.int().min(0).max(10_000).optional(),
      "Pulls a second that the kubelet begins; 0 is no limit. Above it pods see `pull QPS exceeded`.",
      "kubelet 每秒发起的拉取次数；0 表示不限制。超出时 Pod 会报 `pull QPS exceeded`。",
    ),
    registryBurst: described(
      z.int().min(1).max(100_000).optional(),
      "Pulls that may begin at once, while the rate allows.",
      "在速率允许时可同时发起的拉取次数。",
    ),
    imageGCHighThresholdPercent: described(
      percent.optional(),
      "Use of the disk at which unused images are collected.",
      "磁盘使用率达到该值时开始清理未使用的镜像。",
    ),
    imageGCLowThresholdPercent: described(
      percent.optional(),
      "Use of the disk down to which they are collected.",
      "清理到磁盘使用率降至该值为止。",
    ),
    imageMinimumGCAge: described(
      age.optional(),
      "How long an unused image is kept at least.",
      "未使用的镜像至少保留的时长。",
    ),
    imageMaximumGCAge: described(
      age.optional(),
      "How long an unused image is kept at most; Kubernetes 1.30 or later, or 1.29 with the feature gate ImageMaximumGCAge.",
      "未使用的镜像最多保留的时长；需要 Kubernetes 1.30 或更高版本，或启用特性门控 ImageMaximumGCAge 的 1.29。",
    ),
    evictionHard: described(
      evictionHard.optional(),
      "Below what pods are evicted. Signals that are not named keep what the node has, or the kubelet's own defaults.",
      "低于该值时驱逐 Pod。未填写的信号保持节点现有设置或 kubelet 默认值。",
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
    paths: described(
      z
        .strictObject({
          kubeletConfig: described(
            absolutePath.optional(),
            "The kubelet's configuration file; found by its `--config` where not given.",
            "kubelet 配置文件；未填写时根据其 `--config` 参数查找。",
          ),
          state: described(
            absolutePath.default("/var/lib/moorline/node-tuning"),
            "Where Moorline remembers what it changed, and keeps what it replaced.",
            "Moorline 记录更改并保存被替换文件的目录。",
          ),
        })
        .prefault({}),
      "Where files lie.",
      "文件路径。",
    ),
    restart: described(
      z
        .strictObject({
          kubelet: described(
            z.enum(["auto", "never"]).default("auto"),
            "Restart the kubelet if, and only if, its configuration was changed. Running containers go on.",
            "仅在修改了配置时重启 kubelet。运行中的容器不受影响。",
          ),
          command: described(
            z.array(z.string().min(1).max(1024)).min(1).max(20).default(["systemctl", "restart", "kubelet"]),
            "How to restart it.",
            "重启命令。",
          ),
          patience: described(
            z.int().min(10).max(90).default(60),
            "Seconds in which it must be back with the new settings; otherwise it gets its old file back.",
            "重启后必须在该秒数内以新设置恢复，否则恢复旧文件。",
          ),
        })
        .prefault({}),
      "What may be restarted.",
      "允许重启的服务。",
    ),
  })
  .refine((s) => !(s.serializeImagePulls === true && (s.maxParallelImagePulls ?? 1) > 1), {
    message: "maxParallelImagePulls above 1 needs `serializeImagePulls: false`",
    params: { zh: "maxParallelImagePulls 大于 1 时必须设置 `serializeImagePulls: false`" },
  })
  .refine((s) => (s.imageGCLowThresholdPercent ?? 0) < (s.imageGCHighThresholdPercent ?? 101), {
    message: "imageGCLowThresholdPercent must be below imageGCHighThresholdPercent",
    params: { zh: "imageGCLowThresholdPercent 必须小于 imageGCHighThresholdPercent" },
  })
  .refine(
    (s) =>
      s.imageMaximumGCAge === undefined ||
      s.imageMinimumGCAge === undefined ||
      ageMs(s.imageMaximumGCAge) === 0 ||
      (ageMs(s.imageMaximumGCAge) ?? 0) > (ageMs(s.imageMinimumGCAge) ?? 0),
    {
      message: "imageMaximumGCAge must be longer than imageMinimumGCAge",
      params: { zh: "imageMaximumGCAge 必须大于 imageMinimumGCAge" },
    },
  );

/** A checked NodeTuning. */
export type NodeTuningSpec = z.infer<typeof spec>;

export const nodeTuningSchema: KindSchema<NodeTuningSpec> = {
  kind: "NodeTuning",
  plural: "nodetunings",
  shortNames: ["ntune"],
  description: {
    en: "The kubelet's settings of image pulls, image collection and eviction on each node. Carried out on the node by `moorline node apply`.",
    zh: "各节点 kubelet 的镜像拉取、镜像清理与驱逐设置。由节点上的 `moorline node apply` 执行。",
  },
  spec,
  columns: [],
  references: () => [],
};
