import type { Cause } from "./cause.ts";

export const tooLarge: Cause = {
  code: "TOO_LARGE",
  severity: "error",
  title: { en: "A proxy refuses bodies of this size", zh: "代理拒绝了过大的请求" },
  explanation: {
    en: "An ingress or nginx before Harbor limits the size of a request; layers are larger.",
    zh: "Harbor 前的 Ingress 或 nginx 限制了请求大小，而镜像层更大。",
  },
  fix: {
    en: 'Set client_max_body_size 0 (nginx), or nginx.ingress.kubernetes.io/proxy-body-size: "0".',
    zh: '设置 client_max_body_size 0（nginx）或 nginx.ingress.kubernetes.io/proxy-body-size: "0"。',
  },
  proof: { en: "A push of a large layer works.", zh: "可推送大镜像层。" },
  signs: [{ literal: "client intended to send too large body" }, { literal: "413 Request Entity Too Large" }],
};
