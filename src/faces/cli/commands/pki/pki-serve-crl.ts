import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { revocationListApp } from "../../../revocation/handler.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { resolvePath } from "./options.ts";

export const pkiServeCrl: Command = {
  name: "pki serve-crl",
  summary: { en: "Serve a revocation list over HTTP.", zh: "通过 HTTP 提供吊销列表。" },
  description: {
    en: "Answers GET /ca.crl with the list in DER, as clients expect it at the address that certificates name (`crl.urls`), until Ctrl-C. The file is read anew for each request. Plain HTTP is what RFC 5280 wants here: the list is signed.",
    zh: "以 DER 格式应答 GET /ca.crl，供客户端从证书所写地址（`crl.urls`）获取吊销列表，直到 Ctrl-C。每次请求都会重新读取文件。按 RFC 5280，此处使用明文 HTTP：列表本身带有签名。",
  },
  arguments: [
    {
      name: "FILE",
      description: {
        en: "The list in PEM, such as ca.crl of a CA's folder.",
        zh: "PEM 格式的列表，例如 CA 目录中的 ca.crl。",
      },
    },
  ],
  options: [
    {
      name: "listen",
      value: "ADDRESS:PORT",
      default: "127.0.0.1:8089",
      description: {
        en: "Where to listen; port 0 takes a free one.",
        zh: "监听地址；端口 0 表示任选空闲端口。",
      },
    },
  ],
  examples: [
    {
      command: "moorline pki serve-crl pki/ca.crl --listen 0.0.0.0:8089",
      explanation: { en: "For all clients of the network.", zh: "供网络中的所有客户端使用。" },
    },
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const file = resolvePath(invocation, invocation.arguments[0] ?? "");
  const read = async (): Promise<string | undefined> => {
    try {
      return await readFile(file, "utf8");
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw thrown;
    }
  };
  if ((await read()) === undefined) throw new MoorlineError("PKI_CRL_MISSING", { subject: file });
  const listen = invocation.option("listen") ?? "";
  const found = /^(.+):(\d{1,5})$/.exec(listen);
  if (found === null || Number(found[2]) > 65_535)
    throw new MoorlineError("CLI_OPTION_CHOICE", {
      subject: "moorline pki serve-crl",
      parameters: { option: "--listen", value: listen, choices: "127.0.0.1:8089, [::]:8089" },
    });
  const app = revocationListApp({ read, now: () => io.clock.now() });
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(Number(found[2]), (found[1] ?? "").replace(/^\[(.*)\]$/, "$1"));
  await once(server, "listening");
  const { address, port, family } = server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}/ca.crl`;
  io.out(`${render(message("pki.servingList", { file, url }), language)}\n`);
  if (!io.stopping.aborted) await once(io.stopping, "abort");
  server.close();
  return exitCodes.done;
}
