import { z } from "zod";
import { tsigAlgorithms } from "../../../../clients/dns/tsig.ts";
import { described } from "../../../../model/kind-schema.ts";
import { absolutePath, exactlyOne, variableName } from "../../../shared/fields.ts";
import { hostReference } from "../../../shared/host-reference.ts";
import { secretValue, secretValueFields } from "../../../shared/secret-value.ts";
import { dnsName, ipAddress } from "../../schema-fields.ts";

const listen = z.strictObject({
  address: described(
    ipAddress.optional(),
    "Address to listen on; all of this machine's where not given.",
    "监听地址；未填写时监听本机所有地址。",
  ),
  port: described(
    z.int().min(1).max(65535).default(80),
    "Port to listen on. The CA always asks on port 80, which must lead here.",
    "监听端口。CA 始终访问 80 端口，须转发到此端口。",
  ),
});

const webroot = z.strictObject({
  directory: described(
    absolutePath,
    "The folder that the web server on port 80 serves.",
    "80 端口 Web 服务器的网站根目录。",
  ),
  on: described(
    hostReference.optional(),
    "The machine it is on; this machine where not given.",
    "所在机器；未填写时为本机。",
  ),
});

const http01 = z
  .strictObject({
    listen: described(
      listen.optional(),
      "Answer from this process, only while an order runs; the default, on port 80.",
      "由本进程在订单处理期间应答；默认方式，端口 80。",
    ),
    webroot: described(
      webroot.optional(),
      "Answer through a web server that is there: files in `.well-known/acme-challenge`, removed afterwards.",
      "通过现有 Web 服务器应答：在 `.well-known/acme-challenge` 中写入文件，完成后删除。",
    ),
  })
  .refine((h) => h.listen === undefined || h.webroot === undefined, {
    message: "give at most one of listen and webroot",
    params: { zh: "listen、webroot 最多填写一项" },
  });

/** A DNS server: `192.0.2.1`, `ns1.example.com:5353`, `[2001:db8::1]:53`. */
const dnsServer = z
  .string()
  .max(260)
  .regex(
    /^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z._-]+)(:\d{1,5})?$/,
    "is not a server such as ns1.example.com, 192.0.2.1:53 or [2001:db8::1]:53 | 不是有效的服务器，例如 ns1.example.com、192.0.2.1:53 或 [2001:db8::1]:53",
  );

const update = z.strictObject({
  server: described(
    dnsServer,
    "The zone's primary server, with its port where it is not 53.",
    "区域的主域名服务器；端口不是 53 时须注明。",
  ),
  zone: described(
    dnsName.optional(),
    "The zone that is changed; the server is asked where not given.",
    "要修改的区域；未填写时向服务器查询。",
  ),
  key: described(
    z
      .strictObject({
        name: described(dnsName, "Its name, as the server knows it.", "服务器上的密钥名称。"),
        algorithm: described(z.enum(tsigAlgorithms).default("hmac-sha256"), "Its algorithm.", "算法。"),
        secret: described(secretValue, "The key itself, in base64.", "密钥内容（base64）。"),
      })
      .optional(),
    "The TSIG key that signs updates; without it the server must go by addresses.",
    "用于签名更新的 TSIG 密钥；未填写时服务器须按地址授权。",
  ),
  followAlias: described(
    z.boolean().default(true),
    "Follow a CNAME at `_acme-challenge` into the zone that it leads to.",
    "跟随 `_acme-challenge` 处的 CNAME，修改其指向的区域。",
  ),
  visibleAt: described(
    z.array(dnsServer).min(1).max(20).optional(),
    "Servers that must show the record before the CA is asked to look; those of the zone's NS records where not given.",
    "通知 CA 检查之前，必须已显示该记录的服务器；未填写时为区域 NS 记录中的服务器。",
  ),
  visibleWithinSeconds: described(
    z.int().min(1).max(240).default(120),
    "How long they may take.",
    "等待上限（秒）。",
  ),
});

const hook = z.strictObject({
  command: described(
    z.array(z.string().min(1).max(4096)).min(1).max(50),
    "Program and arguments; `present` or `cleanup` is added. No shell. It finds MOORLINE_ACME_DOMAIN, MOORLINE_ACME_RECORD and MOORLINE_ACME_VALUE in its environment, and returns once the record can be seen.",
    "程序及参数，末尾会附加 `present` 或 `cleanup`；不经过 shell。环境变量 MOORLINE_ACME_DOMAIN、MOORLINE_ACME_RECORD、MOORLINE_ACME_VALUE 提供所需的值；应在记录可被查询后返回。",
  ),
  environment: described(
    z
      .array(
        z
          .strictObject({
            name: described(variableName, "Name of the variable.", "变量名称。"),
            ...secretValueFields,
          })
          .refine(({ name: _name, ...place }) => exactlyOne(place), {
            message: "give exactly one of environment, file and secretRef",
            params: { zh: "environment、file、secretRef 必须且只能填写一项" },
          }),
      )
      .max(50)
      .default([]),
    "Credentials that it needs, put into its environment and never among its arguments.",
    "程序所需的凭据，放入其环境变量，绝不出现在参数中。",
  ),
  timeoutSeconds: described(
    z.int().min(1).max(240).default(120),
    "It is ended after this.",
    "超时后终止（秒）。",
  ),
});

const dns01 = z
  .strictObject({
    update: described(update.optional(), "By dynamic update (RFC 2136).", "通过动态更新（RFC 2136）。"),
    hook: described(hook.optional(), "By a program of yours.", "通过自备程序。"),
  })
  .refine(exactlyOne, {
    message: "give exactly one of update and hook",
    params: { zh: "update、hook 必须且只能填写一项" },
  });

export const challenge = z
  .strictObject({
    http01: described(
      http01.optional(),
      "By an answer on port 80 of each name.",
      "通过每个域名的 80 端口应答。",
    ),
    dns01: described(dns01.optional(), "By a TXT record of each name.", "通过每个域名的 TXT 记录。"),
  })
  .refine(exactlyOne, {
    message: "give exactly one of http01 and dns01",
    params: { zh: "http01、dns01 必须且只能填写一项" },
  });

export type AcmeChallenge = z.infer<typeof challenge>;
export type DnsUpdate = z.infer<typeof update>;
export type DnsHook = z.infer<typeof hook>;
