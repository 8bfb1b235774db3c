import type { ErrorTable } from "./table.ts";

/** Errors on the way to any server: names, TCP, TLS, HTTP. `{subject}` is the server's URL. */
export const networkErrors = {
  NETWORK_URL_INVALID: {
    retry: "never",
    en: {
      what: "{subject} is not a usable server URL: {reason}.",
      remedy: "Write it as https://host or https://host:port, without user, query or fragment.",
    },
    zh: {
      what: "{subject} 不是可用的服务器地址：{reason}。",
      remedy: "请写成 https://主机 或 https://主机:端口，不要带用户名、查询参数或片段。",
    },
  },
  NETWORK_NAME_NOT_RESOLVED: {
    retry: "never",
    en: {
      what: "{subject} cannot be reached: the name {host} does not resolve ({reason}).",
      remedy:
        "Check the spelling; `getent hosts {host}` shows what this machine resolves. Add a DNS record, or an entry in /etc/hosts.",
    },
    zh: {
      what: "无法访问 {subject}：域名 {host} 无法解析（{reason}）。",
      remedy: "请检查拼写；用 `getent hosts {host}` 查看本机的解析结果，并添加 DNS 记录或 /etc/hosts 条目。",
    },
  },
  NETWORK_CONNECTION_REFUSED: {
    retry: "later",
    en: {
      what: "{subject} refuses connections on port {port}.",
      remedy:
        "Check that the server runs and listens on {host}:{port}, and that the port in the URL is right.",
    },
    zh: {
      what: "{subject} 拒绝了端口 {port} 上的连接。",
      remedy: "请确认服务正在运行并监听 {host}:{port}，且地址中的端口正确。",
    },
  },
  NETWORK_UNREACHABLE: {
    retry: "later",
    en: {
      what: "{subject} cannot be reached: there is no route to {host} ({reason}).",
      remedy: "Check routes, VPN and firewalls between this machine and {host}.",
    },
    zh: {
      what: "无法访问 {subject}：没有到 {host} 的路由（{reason}）。",
      remedy: "请检查本机与 {host} 之间的路由、VPN 与防火墙。",
    },
  },
  NETWORK_TIMEOUT: {
    retry: "later",
    en: {
      what: "{subject} did not answer within {seconds} s ({phase}).",
      remedy:
        "Check that the server is not overloaded and that no firewall drops packets to {host}:{port}; then try again.",
    },
    zh: {
      what: "{subject} 在 {seconds} 秒内没有响应（{phase}）。",
      remedy: "请确认服务器没有过载，且没有防火墙丢弃发往 {host}:{port} 的数据包，然后重试。",
    },
  },
  NETWORK_RESET: {
    retry: "later",
    en: {
      what: "{subject} closed the connection before it answered in full ({reason}).",
      remedy:
        "Try again; if it stays so, look into the log of the server, or of the proxy or load balancer before it.",
    },
    zh: {
      what: "{subject} 在完整响应之前关闭了连接（{reason}）。",
      remedy: "请重试；若仍如此，请查看服务器或其前面的代理、负载均衡器的日志。",
    },
  },
  NETWORK_FAILED: {
    retry: "later",
    en: {
      what: "The exchange with {subject} failed: {reason}.",
      remedy: "Try again; if it stays so, check the network to {host}:{port} and the server's log.",
    },
    zh: {
      what: "与 {subject} 的通信失败：{reason}。",
      remedy: "请重试；若仍如此，请检查到 {host}:{port} 的网络以及服务器日志。",
    },
  },
  NETWORK_BODY_TOO_LARGE: {
    retry: "never",
    en: {
      what: "{subject} answered with more than {limit} bytes, which is more than this call takes.",
      remedy: "Check that the URL is the right server's; no answer that belongs here is that large.",
    },
    zh: {
      what: "{subject} 的响应超过 {limit} 字节，超出此调用的上限。",
      remedy: "请确认地址指向正确的服务器；正常的响应不会这么大。",
    },
  },
  NETWORK_NOT_HTTP: {
    retry: "never",
    en: {
      what: "{subject} answers, but not in HTTP ({reason}).",
      remedy: "Check the port: another service listens on {host}:{port}.",
    },
    zh: {
      what: "{subject} 有响应，但不是 HTTP（{reason}）。",
      remedy: "请检查端口：监听 {host}:{port} 的是其他服务。",
    },
  },
  NETWORK_NOT_JSON: {
    retry: "never",
    en: {
      what: "{subject} answered status {status} with {contentType} where JSON was expected.",
      remedy: "Check that the URL leads to the API itself and not to a proxy, a portal or a login page.",
    },
    zh: {
      what: "{subject} 返回状态 {status}，内容类型为 {contentType}，而此处应为 JSON。",
      remedy: "请确认地址指向 API 本身，而不是代理、门户或登录页面。",
    },
  },
  NETWORK_REDIRECT_REFUSED: {
    retry: "never",
    en: {
      what: "{subject} redirects to {location}, which was not followed: {reason}.",
      remedy: "Give the final URL in the document if that server is the one you mean.",
    },
    zh: {
      what: "{subject} 重定向到 {location}，未予跟随：{reason}。",
      remedy: "如果目标确实是该服务器，请在文档中直接填写最终地址。",
    },
  },
  NETWORK_SECRET_OVER_PLAIN_HTTP: {
    retry: "never",
    en: {
      what: "{subject} is plain HTTP; a credential would cross the network readable by all.",
      remedy: "Use the https:// URL of the server; enable HTTPS there first if it has none.",
    },
    zh: {
      what: "{subject} 使用明文 HTTP，凭据会以明文在网络上传输。",
      remedy: "请使用该服务器的 https:// 地址；若尚未启用 HTTPS，请先启用。",
    },
  },
  TLS_CA_UNREADABLE: {
    retry: "never",
    en: {
      what: "The CA bundle for {subject} holds no usable certificate: {reason}.",
      remedy:
        "Give PEM with one or more BEGIN CERTIFICATE blocks; `moorline pki inspect <file>` shows what a file holds.",
    },
    zh: {
      what: "{subject} 的 CA 证书包中没有可用的证书：{reason}。",
      remedy:
        "请提供包含一个或多个 BEGIN CERTIFICATE 块的 PEM；`moorline pki inspect <文件>` 可查看文件内容。",
    },
  },
  TLS_CLIENT_PAIR_UNUSABLE: {
    retry: "never",
    en: {
      what: "The client certificate for {subject} and its key cannot be used together: {reason}.",
      remedy:
        "Give the certificate (PEM), the private key that belongs to it, and the key's passphrase if it has one.",
    },
    zh: {
      what: "{subject} 的客户端证书与私钥无法配合使用：{reason}。",
      remedy: "请提供证书（PEM）、与之匹配的私钥，以及私钥口令（如有）。",
    },
  },
  TLS_UNKNOWN_AUTHORITY: {
    retry: "never",
    en: {
      what: "The certificate of {subject} is signed by an authority that is not trusted here ({reason}); issuer: {issuer}.",
      remedy:
        "Give the CA certificate that signed it; if you gave one, it is not the one that signed this certificate, or the server leaves out an intermediate certificate. `moorline pki inspect {url}` shows the chain it sends.",
    },
    zh: {
      what: "{subject} 的证书由此处不信任的机构签发（{reason}）；签发者：{issuer}。",
      remedy:
        "请提供签发该证书的 CA 证书；若已提供，则该 CA 并非签发者，或服务器没有发送中间证书。`moorline pki inspect {url}` 可查看服务器发送的证书链。",
    },
  },
  TLS_NAME_MISMATCH: {
    retry: "never",
    en: {
      what: "The certificate of {subject} is not for {host}; it is for: {names}.",
      remedy:
        "Use one of these names in the URL, or issue the certificate anew with {host} among its subject alternative names.",
    },
    zh: {
      what: "{subject} 的证书不适用于 {host}，其适用于：{names}。",
      remedy: "请在地址中使用上述名称之一，或重新签发证书并把 {host} 加入主题备用名称（SAN）。",
    },
  },
  TLS_CERTIFICATE_EXPIRED: {
    retry: "never",
    en: {
      what: "The certificate of {subject}, or one in its chain, has expired ({notAfter}).",
      remedy:
        "Renew it on the server and reload the server; if it was renewed, the server still serves the old one. Check this machine's clock as well.",
    },
    zh: {
      what: "{subject} 的证书或其链中的证书已过期（{notAfter}）。",
      remedy: "请在服务器上续期证书并重新加载；若已续期，则服务器仍在使用旧证书。同时请检查本机时钟。",
    },
  },
  TLS_NOT_YET_VALID: {
    retry: "never",
    en: {
      what: "The certificate of {subject}, or one in its chain, is not valid yet (from {notBefore}).",
      remedy: "Check the clocks of this machine and of the machine that issued the certificate.",
    },
    zh: {
      what: "{subject} 的证书或其链中的证书尚未生效（自 {notBefore} 起）。",
      remedy: "请检查本机以及签发证书的机器的时钟。",
    },
  },
  TLS_CERTIFICATE_INVALID: {
    retry: "never",
    en: {
      what: "The certificate of {subject} is not acceptable: {reason}.",
      remedy: "`moorline pki inspect {url}` tells what is wrong with it; issue it anew.",
    },
    zh: {
      what: "{subject} 的证书不可接受：{reason}。",
      remedy: "`moorline pki inspect {url}` 会说明问题所在；请重新签发证书。",
    },
  },
  TLS_CLIENT_CERTIFICATE_REQUIRED: {
    retry: "never",
    en: {
      what: "{subject} asks for a client certificate (mutual TLS), and none was sent.",
      remedy: "Give a client certificate and key issued by the CA that this server trusts for its clients.",
    },
    zh: {
      what: "{subject} 要求客户端证书（双向 TLS），但没有发送。",
      remedy: "请提供由该服务器所信任的客户端 CA 签发的客户端证书与私钥。",
    },
  },
  TLS_CLIENT_CERTIFICATE_REFUSED: {
    retry: "never",
    en: {
      what: "{subject} refuses the client certificate that was sent ({reason}).",
      remedy:
        "Check that it is not expired or revoked, is meant for client authentication, and was issued by the CA that the server trusts for its clients; and that the server's revocation list is fresh, since an outdated one refuses everybody.",
    },
    zh: {
      what: "{subject} 拒绝了发送的客户端证书（{reason}）。",
      remedy:
        "请确认证书未过期、未吊销、用途为客户端认证，且由服务器信任的客户端 CA 签发；并确认服务器上的吊销列表未过期，过期的列表会拒绝所有客户端。",
    },
  },
  TLS_PROTOCOL_TOO_OLD: {
    retry: "never",
    en: {
      what: "{subject} and this client share no TLS version; at least {minimum} is demanded here.",
      remedy: "Enable TLS 1.2 or 1.3 on the server, or demand a lower minimum version in the document.",
    },
    zh: {
      what: "{subject} 与本客户端没有共同的 TLS 版本；此处要求至少 {minimum}。",
      remedy: "请在服务器上启用 TLS 1.2 或 1.3，或在文档中降低最低版本要求。",
    },
  },
  TLS_SERVER_SPEAKS_PLAIN_HTTP: {
    retry: "never",
    en: {
      what: "{subject} does not speak TLS on port {port}; it answers in plain HTTP or another protocol.",
      remedy: "Use the server's HTTPS port in the URL, or enable HTTPS on the server.",
    },
    zh: {
      what: "{subject} 在端口 {port} 上不使用 TLS，而是以明文 HTTP 或其他协议响应。",
      remedy: "请在地址中使用服务器的 HTTPS 端口，或在服务器上启用 HTTPS。",
    },
  },
  TLS_PLAIN_HTTP_ON_HTTPS_PORT: {
    retry: "never",
    en: {
      what: "{subject} is an http:// URL, but port {port} of the server speaks HTTPS.",
      remedy: "Write the URL with https://.",
    },
    zh: {
      what: "{subject} 使用 http://，但服务器的端口 {port} 使用 HTTPS。",
      remedy: "请把地址改为 https://。",
    },
  },
  TLS_HANDSHAKE_FAILED: {
    retry: "never",
    en: {
      what: "The TLS handshake with {subject} failed: {reason}.",
      remedy:
        "Compare the server's TLS versions, ciphers and virtual host names with what this client offers; the server's error log names its reason.",
    },
    zh: {
      what: "与 {subject} 的 TLS 握手失败：{reason}。",
      remedy: "请对照服务器与本客户端的 TLS 版本、密码套件与虚拟主机名；服务器的错误日志会给出原因。",
    },
  },
} as const satisfies ErrorTable;
