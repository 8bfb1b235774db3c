import type { Cause } from "./cause.ts";

export const platformMissing: Cause = {
  code: "PLATFORM_MISSING",
  severity: "error",
  title: { en: "The image is not made for this node's platform", zh: "镜像不适用于该节点的平台" },
  explanation: {
    en: "The image has no variant for the node's architecture.",
    zh: "镜像没有该节点架构的版本。",
  },
  fix: {
    en: "Push an image for that architecture, or choose nodes that fit.",
    zh: "推送对应架构的镜像，或选择合适的节点。",
  },
  proof: { en: "The pod starts.", zh: "Pod 启动成功。" },
  signs: [
    { literal: "no match for platform" },
    { literal: "exec format error" },
    { literal: "no matching manifest for" },
  ],
  live: ["REGISTRY_PLATFORM_MISSING"],
};
