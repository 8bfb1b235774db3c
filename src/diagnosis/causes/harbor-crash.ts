import type { Cause } from "./cause.ts";

export const harborCrash: Cause = {
  code: "HARBOR_CRASH",
  severity: "error",
  title: { en: "A request made Harbor crash", zh: "某个请求导致 Harbor 崩溃" },
  explanation: {
    en: "A bug in Harbor met this request; the request was answered with 500.",
    zh: "该请求触发了 Harbor 的缺陷，返回 500。",
  },
  fix: {
    en: "Look for the first lines of the stack in Harbor's issues, and update Harbor within its minor version.",
    zh: "根据堆栈首行在 Harbor 的 issue 中查找，并升级到同一小版本的最新补丁。",
  },
  proof: { en: "The same request is answered.", zh: "相同请求可正常应答。" },
  signs: [{ literal: "Handler crashed with error" }, { literal: "panic: " }, { literal: "fatal error: " }],
};
