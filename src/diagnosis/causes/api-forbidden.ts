import type { Cause } from "./cause.ts";

export const apiForbidden: Cause = {
  code: "API_FORBIDDEN",
  severity: "warning",
  title: { en: "A request to Harbor's API was forbidden", zh: "对 Harbor API 的请求被禁止" },
  explanation: {
    en: "The caller is known and lacks the right: robots may do less than their creators.",
    zh: "调用者已认证但没有权限：机器人账户的权限可能小于其创建者。",
  },
  fix: {
    en: "Give the account the permission that the path needs, or use another one.",
    zh: "为该账户授予所需权限，或使用其他账户。",
  },
  proof: { en: "The same request is answered with 200.", zh: "相同请求返回 200。" },
  signs: [],
};
