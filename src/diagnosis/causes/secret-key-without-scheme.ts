import type { Cause } from "./cause.ts";

export const secretKeyWithoutScheme: Cause = {
  code: "SECRET_KEY_WITHOUT_SCHEME",
  severity: "error",
  title: {
    en: "KubeSphere checks a registry secret against Docker Hub",
    zh: "KubeSphere 将镜像仓库密钥拿到 Docker Hub 校验",
  },
  explanation: {
    en: "The secret's key under `auths` has no scheme (https://). ks-apiserver then takes it for Docker Hub, whatever host it names.",
    zh: "密钥 `auths` 中的键没有协议（https://）。ks-apiserver 会将其视为 Docker Hub，而不管写的是哪个主机。",
  },
  fix: {
    en: "A ProjectBinding writes the key as KubeSphere wants it: https://host[:port]. `moorline apply` mends it.",
    zh: "ProjectBinding 会按 KubeSphere 的要求写入键：https://主机[:端口]。执行 `moorline apply` 即可修复。",
  },
  proof: { en: "The console's Validate button turns green.", zh: "控制台的“验证”按钮显示通过。" },
  signs: [{ literal: "https://index.docker.io/v2/", components: ["ks-apiserver"] }],
  live: ["SECRET_KEY"],
  mendedBy: "ProjectBinding",
};
