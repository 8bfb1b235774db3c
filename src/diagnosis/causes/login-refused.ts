import type { Cause } from "./cause.ts";

export const loginRefused: Cause = {
  code: "LOGIN_REFUSED",
  severity: "warning",
  title: { en: "Somebody's password was refused by Harbor", zh: "Harbor 拒绝了某用户的密码" },
  explanation: {
    en: "A wrong user name or password. Harbor makes each failed login wait, so that a client in a loop slows itself down.",
    zh: "用户名或密码错误。Harbor 会使每次失败的登录等待，因此循环重试的客户端会越来越慢。",
  },
  fix: {
    en: "Correct the password at the client in the line. Use robot accounts for machines.",
    zh: "在该行的客户端修正密码。机器请使用机器人账户。",
  },
  proof: { en: "A login as that user works.", zh: "该用户可正常登录。" },
  signs: [
    { literal: "failed to authenticate user" },
    { literal: "Login failed, locking", follows: true },
    // `docker login`, at a registry that asks for the password itself, and at one with a token service.
    { literal: "login attempt to ", pattern: /login attempt to \S+ failed with status: 401/ },
    {
      literal: "unauthorized: authentication required",
      pattern: /Get \\?"https?:\/\/\S+\/v2\/\\?": unauthorized: authentication required/,
    },
  ],
};
