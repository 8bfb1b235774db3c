import type { ErrorTable } from "./table.ts";

/** Errors on the way to a certificate from an ACME server (RFC 8555), and of the DNS updates that prove a name. */
export const acmeErrors = {
  ACME_SERVER_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} does not answer as an ACME server does: {reason}.",
      remedy:
        "Give the URL of the server's directory, such as https://acme-v02.api.letsencrypt.org/directory, in `issuer.acme.server`.",
    },
    zh: {
      what: "{subject} 的响应不符合 ACME 协议：{reason}。",
      remedy:
        "请在 `issuer.acme.server` 中填写 ACME 目录地址，例如 https://acme-v02.api.letsencrypt.org/directory。",
    },
  },
  ACME_SERVER_FAILED: {
    retry: "later",
    en: {
      what: "The ACME server {subject} failed with status {status}: {reason}",
      remedy:
        "Nothing to do now: the order is kept and taken up again. If it goes on, look at the CA's status page.",
    },
    zh: {
      what: "ACME 服务器 {subject} 出错，状态码 {status}：{reason}",
      remedy: "暂无需处理：订单已保留，稍后会继续。若持续出现，请查看该 CA 的服务状态页。",
    },
  },
  ACME_NONCES_REFUSED: {
    retry: "later",
    en: {
      what: "{subject} refused {count} nonces in a row, each of which it had just given.",
      remedy:
        "Run this again. If it goes on, something between here and the server answers with old responses: look for a caching proxy.",
    },
    zh: {
      what: "{subject} 连续拒绝了它刚刚发出的 {count} 个 nonce。",
      remedy: "请重新运行。若持续出现，可能有中间代理返回了缓存的旧响应，请检查代理。",
    },
  },
  ACME_RATE_LIMITED: {
    retry: "later",
    en: {
      what: "The ACME server {subject} takes no more orders for now: {reason}",
      remedy:
        "Wait until {until}, then run this again; what is in use stays in use. Many names in one certificate, fewer renewals, or the CA's staging server for trials keep you below its limits.",
    },
    zh: {
      what: "ACME 服务器 {subject} 暂时不再接受请求（触发频率限制）：{reason}",
      remedy:
        "请等到 {until} 后重新运行；正在使用的证书不受影响。可将多个名称合并到一张证书、减少续期次数，试验时使用 CA 的测试环境，以避免触发限制。",
    },
  },
  ACME_TERMS_NOT_AGREED: {
    retry: "never",
    en: {
      what: "The ACME server {subject} wants its terms of service agreed to by a person first: {reason} {link}",
      remedy:
        "Read them at the address above and agree as it says there; then run this again. `termsOfServiceAgreed: true` agrees to the terms of the day on which the account is made.",
    },
    zh: {
      what: "ACME 服务器 {subject} 要求先由用户同意其服务条款：{reason} {link}",
      remedy:
        "请在上述地址阅读条款并按说明同意，然后重新运行。`termsOfServiceAgreed: true` 表示同意创建账户当日的条款。",
    },
  },
  ACME_EXTERNAL_ACCOUNT_REQUIRED: {
    retry: "never",
    en: {
      what: "The ACME server {subject} makes accounts only for customers it knows: {reason}",
      remedy:
        "Fetch a key id and an HMAC key from the CA's own pages and give them as `issuer.acme.externalAccount`.",
    },
    zh: {
      what: "ACME 服务器 {subject} 只为已登记的客户创建账户：{reason}",
      remedy: "请在该 CA 的管理页面获取密钥 ID 与 HMAC 密钥，并填写到 `issuer.acme.externalAccount`。",
    },
  },
  ACME_ACCOUNT_REFUSED: {
    retry: "never",
    en: {
      what: "The ACME server {subject} refuses the account: {reason}",
      remedy:
        "Correct `contacts` or `externalAccount` where they are named. Where the account was deactivated, or its key belongs to another server, name another `directory` or `secretRef`: a new account is made there.",
    },
    zh: {
      what: "ACME 服务器 {subject} 拒绝该账户：{reason}",
      remedy:
        "如提示涉及 `contacts` 或 `externalAccount`，请更正。若账户已停用或密钥属于其他服务器，请改用其他 `directory` 或 `secretRef`，届时会创建新账户。",
    },
  },
  ACME_ACCOUNT_KEY_BROKEN: {
    retry: "never",
    en: {
      what: "The ACME account key in {subject} can not be used: {reason}. Nothing was written.",
      remedy:
        "Bring it back from your backup, or delete it: a new account is made then. Certificates that were issued stay valid.",
    },
    zh: {
      what: "无法使用 {subject} 中的 ACME 账户密钥：{reason}。未写入任何内容。",
      remedy: "请从备份中恢复，或将其删除以创建新账户。已签发的证书仍然有效。",
    },
  },
  ACME_NAME_REFUSED: {
    retry: "never",
    en: {
      what: "The ACME server {subject} issues no certificate for {identifier}: {reason}",
      remedy:
        "Where CAA records forbid it, let the domain's CAA name this CA (`dig CAA {identifier}` shows them). Where the CA refuses names of that sort (private names, addresses), use another issuer for them.",
    },
    zh: {
      what: "ACME 服务器 {subject} 不为 {identifier} 签发证书：{reason}",
      remedy:
        "若被 CAA 记录禁止，请在域名的 CAA 记录中加入该 CA（可用 `dig CAA {identifier}` 查看）。若该 CA 不支持此类名称（内部名称、IP 地址），请改用其他签发方式。",
    },
  },
  ACME_REQUEST_REFUSED: {
    retry: "never",
    en: {
      what: "The ACME server {subject} refused the request ({type}): {reason}",
      remedy: "Change what the server names; what is in use stays in use.",
    },
    zh: {
      what: "ACME 服务器 {subject} 拒绝了请求（{type}）：{reason}",
      remedy: "请按服务器的说明修改；正在使用的证书不受影响。",
    },
  },
  ACME_CHALLENGE_NOT_OFFERED: {
    retry: "never",
    en: {
      what: "{subject}: the ACME server offers no {challenge} challenge for {identifier}, only {offered}.",
      remedy: "Choose one of those in `issuer.acme.challenge`.",
    },
    zh: {
      what: "{subject}：ACME 服务器没有为 {identifier} 提供 {challenge} 验证方式，只提供 {offered}。",
      remedy: "请在 `issuer.acme.challenge` 中改用上述方式之一。",
    },
  },
  ACME_CHALLENGE_UNREACHABLE: {
    retry: "never",
    en: {
      what: "The ACME server could not reach what proves {identifier} ({challenge}): {reason}",
      remedy:
        "http-01: the name must lead, from the CA's side, to port 80 of the machine that answers; look at DNS (A and AAAA), firewalls and whatever else listens on port 80. dns-01: the zone's public servers must answer for `_acme-challenge.{identifier}`. What is in use stays in use.",
    },
    zh: {
      what: "ACME 服务器无法访问 {identifier} 的验证内容（{challenge}）：{reason}",
      remedy:
        "http-01：从 CA 一侧看，该域名必须指向应答机器的 80 端口，请检查 DNS（A 与 AAAA 记录）、防火墙以及占用 80 端口的其他程序。dns-01：该区域的公网域名服务器必须能解析 `_acme-challenge.{identifier}`。正在使用的证书不受影响。",
    },
  },
  ACME_CHALLENGE_WRONG: {
    retry: "never",
    en: {
      what: "What the ACME server found does not prove {identifier} ({challenge}): {reason}",
      remedy:
        "http-01: another server answers on port 80 of that name; let it pass /.well-known/acme-challenge/ on, or use its webroot. dns-01: the record that was written is not the one the CA sees; look for another server of the zone, or a CNAME at `_acme-challenge.{identifier}`. What is in use stays in use.",
    },
    zh: {
      what: "ACME 服务器看到的内容不能证明 {identifier} 的归属（{challenge}）：{reason}",
      remedy:
        "http-01：该域名的 80 端口由其他服务应答，请让其转发 /.well-known/acme-challenge/，或使用其网站根目录（webroot）。dns-01：CA 看到的记录不是刚写入的记录，请检查该区域的其他域名服务器，或 `_acme-challenge.{identifier}` 处的 CNAME。正在使用的证书不受影响。",
    },
  },
  ACME_ORDER_FAILED: {
    retry: "never",
    en: {
      what: "The ACME server ended the order for {subject} without a certificate: {reason}",
      remedy: "Mend what it names, then run this again: a new order is placed. What is in use stays in use.",
    },
    zh: {
      what: "ACME 服务器终止了 {subject} 的订单，未签发证书：{reason}",
      remedy: "请按说明处理后重新运行，届时会创建新订单。正在使用的证书不受影响。",
    },
  },
  ACME_TOO_SLOW: {
    retry: "later",
    en: {
      what: "The ACME server did not decide on {subject} within {seconds} s; it still says: {status}.",
      remedy: "Run this again: the same order is taken up where it stands.",
    },
    zh: {
      what: "ACME 服务器在 {seconds} 秒内未对 {subject} 作出结论，当前状态：{status}。",
      remedy: "请重新运行：将从同一订单的当前进度继续。",
    },
  },
  ACME_CHALLENGE_PORT_TAKEN: {
    retry: "never",
    en: {
      what: "Challenges can not be answered on {subject}: {reason}",
      remedy:
        "Free the port, name another in `http01.listen` that port 80 of the name leads to, or put the answers into the folder of the web server that is there (`http01.webroot`). Ports below 1024 need root.",
    },
    zh: {
      what: "无法在 {subject} 上应答验证请求：{reason}",
      remedy:
        "请释放该端口，或在 `http01.listen` 中填写由域名 80 端口转发到的其他端口，或将应答写入现有 Web 服务器的目录（`http01.webroot`）。1024 以下的端口需要 root 权限。",
    },
  },
  ACME_WEBROOT_MISSING: {
    retry: "never",
    en: {
      what: "The webroot {subject} is not there.",
      remedy: "Name the folder that the web server on port 80 serves, in `http01.webroot.directory`.",
    },
    zh: {
      what: "网站根目录 {subject} 不存在。",
      remedy: "请在 `http01.webroot.directory` 中填写 80 端口 Web 服务器所使用的目录。",
    },
  },
  ACME_HOOK_FAILED: {
    retry: "never",
    en: {
      what: "The hook {subject} did not `{action}` the record of {identifier}: it ended with {exitCode}. It said: {reason}",
      remedy:
        "Run it by hand with `{action}` and the variables MOORLINE_ACME_DOMAIN, MOORLINE_ACME_RECORD and MOORLINE_ACME_VALUE.",
    },
    zh: {
      what: "脚本 {subject} 未能对 {identifier} 的记录执行 `{action}`：退出码 {exitCode}，输出：{reason}",
      remedy:
        "请设置变量 MOORLINE_ACME_DOMAIN、MOORLINE_ACME_RECORD、MOORLINE_ACME_VALUE，手动以 `{action}` 参数运行该脚本排查。",
    },
  },
  DNS_UNREACHABLE: {
    retry: "later",
    en: {
      what: "The DNS server {subject} does not answer: {reason}.",
      remedy: "Check its address, port and the firewall; updates go over TCP, questions over UDP and TCP.",
    },
    zh: {
      what: "DNS 服务器 {subject} 没有响应：{reason}。",
      remedy: "请检查其地址、端口与防火墙；更新使用 TCP，查询使用 UDP 与 TCP。",
    },
  },
  DNS_ANSWER_UNREADABLE: {
    retry: "never",
    en: {
      what: "The answer of the DNS server {subject} can not be understood: {reason}.",
      remedy: "Check that a DNS server listens there.",
    },
    zh: {
      what: "无法解析 DNS 服务器 {subject} 的响应：{reason}。",
      remedy: "请确认该地址上运行的是 DNS 服务器。",
    },
  },
  DNS_UPDATE_REFUSED: {
    retry: "never",
    en: {
      what: "The DNS server {subject} refused to change {name} in the zone {zone}: {code}.",
      remedy:
        "REFUSED: let the key change TXT records there (BIND: `update-policy` or `allow-update` of the zone). NOTAUTH, NOTZONE: name the primary server of the zone, and the zone in `dns01.update.zone`. SERVFAIL: the server's log says why; often it can not write its journal.",
    },
    zh: {
      what: "DNS 服务器 {subject} 拒绝修改区域 {zone} 中的 {name}：{code}。",
      remedy:
        "REFUSED：请允许该密钥修改 TXT 记录（BIND 的 `update-policy` 或 `allow-update`）。NOTAUTH、NOTZONE：请填写该区域的主服务器，并在 `dns01.update.zone` 中填写区域名。SERVFAIL：请查看服务器日志，常见原因是无法写入 journal 文件。",
    },
  },
  DNS_KEY_REFUSED: {
    retry: "never",
    en: {
      what: "The DNS server {subject} does not accept the TSIG key {key}: {code}.",
      remedy:
        "BADKEY: the server knows no key of that name and algorithm. BADSIG: the secret is another than the server's. BADTIME: the clocks of the two machines differ by more than five minutes.",
    },
    zh: {
      what: "DNS 服务器 {subject} 不接受 TSIG 密钥 {key}：{code}。",
      remedy:
        "BADKEY：服务器上没有该名称与算法的密钥。BADSIG：密钥内容与服务器不一致。BADTIME：两台机器的时钟相差超过五分钟。",
    },
  },
  DNS_ANSWER_FORGED: {
    retry: "never",
    en: {
      what: "The answer of the DNS server {subject} is not signed with the TSIG key {key} as it must be: {reason}. It was not believed.",
      remedy:
        "Check that nothing between here and the server changes DNS messages, and that both hold the same secret.",
    },
    zh: {
      what: "DNS 服务器 {subject} 的响应未按要求使用 TSIG 密钥 {key} 正确签名：{reason}。该响应未被采信。",
      remedy: "请确认中间没有设备修改 DNS 报文，且两端密钥一致。",
    },
  },
  DNS_KEY_UNREADABLE: {
    retry: "never",
    en: {
      what: "The secret of the TSIG key {subject} is not base64, or is empty.",
      remedy: "Give it as `tsig-keygen` prints it after `secret`, without the quotation marks.",
    },
    zh: {
      what: "TSIG 密钥 {subject} 的内容不是有效的 base64，或为空。",
      remedy: "请填写 `tsig-keygen` 输出中 `secret` 之后的内容，不含引号。",
    },
  },
  DNS_ZONE_UNKNOWN: {
    retry: "never",
    en: {
      what: "The DNS server {subject} serves no zone that {name} is in.",
      remedy: "Name the zone's primary server in `dns01.update.server`, or the zone in `dns01.update.zone`.",
    },
    zh: {
      what: "DNS 服务器 {subject} 上没有 {name} 所属的区域。",
      remedy: "请在 `dns01.update.server` 中填写该区域的主服务器，或在 `dns01.update.zone` 中填写区域名。",
    },
  },
  DNS_RECORD_NOT_SEEN: {
    retry: "later",
    en: {
      what: "The record {name} was written, but after {seconds} s these servers do not show it: {subject}.",
      remedy:
        "Look at the zone transfers to them (NOTIFY, serial number). Servers that need not be waited for are left out by listing the others in `dns01.update.visibleAt`.",
    },
    zh: {
      what: "记录 {name} 已写入，但 {seconds} 秒后以下服务器仍未显示：{subject}。",
      remedy:
        "请检查到这些服务器的区域传送（NOTIFY、序列号）。若无需等待某些服务器，可在 `dns01.update.visibleAt` 中只列出其余服务器。",
    },
  },
  SECRET_VALUE_MISSING: {
    retry: "never",
    en: {
      what: "{subject}: {source}, which should hold {what}, is missing or empty.",
      remedy: "Put it there, or correct the field of the document that names it.",
    },
    zh: {
      what: "{subject}：应存放{what}的 {source} 不存在或为空。",
      remedy: "请将其放到该位置，或更正文档中引用它的字段。",
    },
  },
} as const satisfies ErrorTable;
