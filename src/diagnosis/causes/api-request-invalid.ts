import type { Cause } from "./cause.ts";

export const apiRequestInvalid: Cause = {
  code: "API_REQUEST_INVALID",
  severity: "note",
  title: { en: "Harbor's API did not accept a request", zh: "Harbor API 未接受请求" },
  explanation: {
    en: "A field is missing or wrong, or the object is in a state that does not allow it.",
    zh: "字段缺失或错误，或对象当前状态不允许。",
  },
  fix: {
    en: "Look at what the client at that address sends; Harbor's answer names the field.",
    zh: "检查该地址客户端发送的内容；Harbor 的应答会指出字段。",
  },
  proof: { en: "The same request is answered with 2xx.", zh: "相同请求返回 2xx。" },
  signs: [],
};
