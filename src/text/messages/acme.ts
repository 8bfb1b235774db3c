import type { MessageTable } from "./table.ts";

/** Words of certificates from ACME servers. */
export const acmeMessages = {
  "acme.createAccount": {
    en: "Make an account with the ACME server {server}, agreeing to its terms of service (contacts: {contacts})",
    zh: "在 ACME 服务器 {server} 上创建账户并同意其服务条款（联系方式：{contacts}）",
  },
  "acme.becauseNoAccount": { en: "there is no account yet", zh: "尚无账户" },
  "acme.order": {
    en: "Order a server certificate for {names} from {server}",
    zh: "向 {server} 申请 {names} 的服务器证书",
  },
} as const satisfies MessageTable;
