import type { Cause } from "./cause.ts";

export const contentDamaged: Cause = {
  code: "CONTENT_DAMAGED",
  severity: "error",
  title: { en: "What was pulled is not what the digest names", zh: "拉取的内容与摘要不符" },
  explanation: {
    en: "A layer was damaged on the way or in the storage; a proxy in between may have changed it.",
    zh: "镜像层在传输或存储中损坏；中间代理可能修改了内容。",
  },
  fix: {
    en: "Pull past the proxy; if it stays, push the image again.",
    zh: "绕过代理拉取；仍然失败则重新推送镜像。",
  },
  proof: { en: "The image is pulled whole.", zh: "镜像可完整拉取。" },
  signs: [
    { literal: "failed size validation" },
    { literal: "unexpected commit digest" },
    { literal: "digest mismatch" },
    { literal: "filesystem layer verification failed" },
  ],
  live: ["REGISTRY_DIGEST_MISMATCH", "REGISTRY_SIZE_MISMATCH"],
};
