import type { Bilingual } from "../../text/language.ts";

/** Something that somebody changed, as a log shows it: what came just before a failure may be why. */
export interface Change {
  readonly code: string;
  readonly title: Bilingual;
  readonly literal: string;
  readonly pattern?: RegExp;
}

export const changes: readonly Change[] = [
  {
    code: "PROXY_RELOADED",
    title: { en: "nginx was reloaded with a new configuration", zh: "nginx 重新加载了配置" },
    literal: "received from",
    pattern: /signal 1 \(SIGHUP\) received from \d+, reconfiguring/,
  },
  {
    code: "PROXY_STOPPED",
    title: { en: "nginx was stopped", zh: "nginx 被停止" },
    literal: "(SIGTERM) received from",
  },
  {
    code: "CORE_STARTED",
    title: { en: "Harbor's core was started", zh: "Harbor core 启动" },
    literal: "http server Running on",
  },
  {
    code: "REGISTRY_STARTED",
    title: { en: "the registry was started", zh: "registry 启动" },
    literal: 'msg="listening on ',
  },
  {
    code: "CONTAINERD_STARTED",
    title: { en: "containerd was started", zh: "containerd 启动" },
    literal: "containerd successfully booted",
  },
  {
    code: "KUBELET_STARTED",
    title: { en: "the kubelet was started", zh: "kubelet 启动" },
    literal: "Started kubelet",
  },
  {
    code: "ROBOT_CHANGED",
    title: {
      en: "a robot account was changed or deleted in Harbor",
      zh: "Harbor 中的机器人账户被修改或删除",
    },
    literal: "/robots/",
    pattern: /^(?:PUT|PATCH|DELETE) \/api\/v2\.0\/(?:projects\/[^ ]+\/)?robots\/\d+/,
  },
  {
    code: "SETTINGS_CHANGED",
    title: { en: "Harbor's system settings were changed", zh: "Harbor 系统设置被修改" },
    literal: "PUT /api/v2.0/configurations",
  },
  {
    code: "PROJECT_CHANGED",
    title: { en: "a Harbor project was changed or deleted", zh: "Harbor 项目被修改或删除" },
    literal: "/api/v2.0/projects/",
    pattern: /^(?:PUT|DELETE) \/api\/v2\.0\/projects\/[^/ ]+ /,
  },
  {
    code: "QUOTA_CHANGED",
    title: { en: "a project's quota was changed", zh: "项目配额被修改" },
    literal: "PUT /api/v2.0/quotas/",
  },
];
