import type { Cause } from "./cause.ts";

export const policySignature: Cause = {
  code: "POLICY_SIGNATURE",
  severity: "error",
  title: {
    en: "The project allows signed images only, and this one is not",
    zh: "项目只允许已签名的镜像，而该镜像未签名",
  },
  explanation: {
    en: "The Harbor project's policy asks for a cosign or notation signature.",
    zh: "Harbor 项目策略要求 cosign 或 notation 签名。",
  },
  fix: {
    en: "Sign the image, or ask the project's administrator to change the policy.",
    zh: "为镜像签名，或请项目管理员修改策略。",
  },
  proof: { en: "A pull works.", zh: "拉取成功。" },
  signs: [{ literal: "The image is not signed by" }],
  live: ["HARBOR_POLICY_SIGNATURE"],
  explains: ["POLICY_REFUSED"],
};
