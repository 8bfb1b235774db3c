import type { Cause } from "./cause.ts";

export const apiLoginRefused: Cause = {
  code: "API_LOGIN_REFUSED",
  severity: "warning",
  title: { en: "A request to Harbor's API came without a right login", zh: "对 Harbor API 的请求未正确登录" },
  explanation: {
    en: "No credential, or a wrong one, for something that needs one.",
    zh: "未提供凭证或凭证错误。",
  },
  fix: {
    en: "Look at who calls from that address, and give it a robot account.",
    zh: "查看该地址的调用者，并为其配置机器人账户。",
  },
  proof: { en: "The same request is answered with 200.", zh: "相同请求返回 200。" },
  signs: [],
};
