import type { Cause } from "./cause.ts";

export const certificateNotYetValid: Cause = {
  code: "CERTIFICATE_NOT_YET_VALID",
  severity: "error",
  title: {
    en: "The server's certificate is not valid yet, or the client's clock is behind",
    zh: "服务器证书尚未生效，或客户端时钟偏慢",
  },
  explanation: {
    en: "The client's time lies before the certificate's first day. Fresh certificates meet this on machines whose clock is wrong.",
    zh: "客户端时间早于证书的生效时间。新签发的证书在时钟不准的机器上会出现此问题。",
  },
  fix: {
    en: "Set the clock (chrony, ntpd) of the machine named in the line; if its clock is right, look at the certificate's notBefore.",
    zh: "校准该机器的时钟（chrony、ntpd）；如果时钟正确，请检查证书的 notBefore。",
  },
  proof: {
    en: "`date -u` on that machine agrees with the server's `Date` header.",
    zh: "该机器的 `date -u` 与服务器响应头 `Date` 一致。",
  },
  signs: [
    {
      literal: "certificate has expired or is not yet valid",
      pattern: /not yet valid: current time \S+ is before/,
    },
    { literal: "certificate is not yet valid" },
  ],
  live: ["TLS_NOT_YET_VALID"],
};
