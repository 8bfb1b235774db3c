import type { Cause } from "./cause.ts";

export const tokenRejected: Cause = {
  code: "TOKEN_REJECTED",
  severity: "error",
  title: { en: "A pull token was rejected", zh: "拉取令牌被拒绝" },
  explanation: {
    en: "The token's key is not the one that the registry trusts: core was given a new key, several cores use different keys, or clocks differ.",
    zh: "令牌的签名密钥不被 registry 信任：core 更换了密钥、多个 core 使用不同密钥，或时钟不一致。",
  },
  fix: {
    en: "Give every core the same token key (Helm: core.secretName), and restart core and registry together.",
    zh: "为所有 core 使用相同的令牌密钥（Helm：core.secretName），并同时重启 core 与 registry。",
  },
  proof: { en: "A pull works right after a login.", zh: "登录后立即拉取成功。" },
  signs: [
    { literal: "failed to decode bearer token" },
    { literal: "token signed by untrusted key" },
    { literal: "invalid token", components: ["registry"] },
  ],
};
