import type { Cause } from "./cause.ts";

export const tlsVersionRefused: Cause = {
  code: "TLS_VERSION_REFUSED",
  severity: "error",
  title: {
    en: "Client and server share no TLS version or cipher",
    zh: "客户端与服务器没有共同的 TLS 版本或密码套件",
  },
  explanation: {
    en: "One side is too old: it offers TLS 1.0 or 1.1, or ciphers that the other refuses.",
    zh: "其中一方过旧：只提供 TLS 1.0/1.1，或对方拒绝的密码套件。",
  },
  fix: {
    en: "Update the client named in the line. Do not lower the server's minimum: below TLS 1.2 every client is at risk.",
    zh: "升级该行中的客户端。不要降低服务器的最低版本：低于 TLS 1.2 会使所有客户端面临风险。",
  },
  proof: {
    en: "`moorline verify` shows the TLS version agreed upon.",
    zh: "`moorline verify` 显示协商的 TLS 版本。",
  },
  signs: [
    { literal: "unsupported protocol" },
    { literal: "protocol version not supported" },
    { literal: "alert protocol version" },
    { literal: "no shared cipher" },
    { literal: "tls: handshake failure" },
    { literal: "alert handshake failure" },
    { literal: "no cipher match" },
  ],
  live: ["TLS_PROTOCOL_TOO_OLD"],
};
