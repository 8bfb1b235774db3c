import { z } from "zod";
import { described } from "../../model/kind-schema.ts";
import { objectName } from "./fields.ts";
import { hostReference } from "./host-reference.ts";

/** The nodes that a document lists for work over SSH. */
export const listedNodes = z
  .array(
    z.strictObject({
      name: described(
        objectName,
        "What it is called in messages and with `--on`.",
        "节点名称，用于消息和 `--on` 选项。",
      ),
      on: described(
        hostReference.optional(),
        "How it is reached; this machine where not given.",
        "访问方式；未填写时为本机。",
      ),
    }),
  )
  .min(1)
  .max(5000)
  .refine((nodes) => new Set(nodes.map((n) => n.name)).size === nodes.length, {
    message: "names a node twice",
    params: { zh: "节点名称重复" },
  });

const labelKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
    "is not a label's key | 不是有效的标签键",
  );
const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/, "is not a label's value | 不是有效的标签值");

/** How the node agent carries a document out in the cluster. */
export const agentFields = z.strictObject({
  nodeSelector: described(
    z.record(labelKey, labelValue).optional(),
    "Labels that a node must have for the node agent to carry this document out there; every node where not given.",
    "节点须具备的标签，节点代理仅在这些节点上执行本文档；未填写时为全部节点。",
  ),
  startupTaint: described(
    z.boolean().default(false),
    "Remove the taint `moorline.io/agent-not-ready` from a node once everything on it is proved. You register new nodes with it (`--register-with-taints`), so that no ordinary pod starts before.",
    "节点上的全部内容通过验证后，移除其污点 `moorline.io/agent-not-ready`。新节点由您通过 `--register-with-taints` 注册该污点，使普通 Pod 在此之前不会启动。",
  ),
});
