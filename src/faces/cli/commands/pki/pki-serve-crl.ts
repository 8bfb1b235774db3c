import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { entries } from "../../../../kinds/harbor-certificate/store.ts";
import { listPath, revocationListApp } from "../../../revocation/handler.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { readCrls } from "../../../../pki/crl.ts";
import { message, render } from "../../../../text/message.ts";
import type { Command, Invocation } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { resolvePath } from "./options.ts";

export const pkiServeCrl: Command = {
  name: "pki serve-crl",
  summary: { en: "Serve revocation lists over HTTP.", zh: "通过 HTTP 提供吊销列表。" },
  description: {
    en: "Answers GET /ca.crl with the first list in DER, and GET /<key>.crl with the list of the CA whose key has that identifier, until Ctrl-C: so certificates of a CA that gives way find theirs as long as it is trusted, where they name an address of its own (`crl.urls: [http://…/{authority}.crl]`). The files are read anew for each request. Plain HTTP is what RFC 5280 wants here: lists are signed.",
    zh: "以 DER 格式应答：GET /ca.crl 返回第一份列表，GET /<密钥标识>.crl 返回对应 CA 的列表，直到 Ctrl-C。因此在旧 CA 仍受信任期间，只要其证书写有各自的地址（`crl.urls: [http://…/{authority}.crl]`），就能取得旧 CA 的列表。每次请求都会重新读取文件。按 RFC 5280，此处使用明文 HTTP：列表本身带有签名。",
  },
  arguments: [
    {
      name: "FILE",
      variadic: true,
      description: {
        en: "Lists in PEM, the current CA's first; or a CA's folder, of which all lists are served.",
        zh: "PEM 格式的列表，当前 CA 的在前；也可以是 CA 目录，将提供其中全部列表。",
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
      command: "moorline pki serve-crl pki",
      explanation: {
        en: "A CA's folder: its list, and those of its predecessor and its root while they count.",
        zh: "CA 目录：当前列表，以及仍然有效的旧 CA 和根 CA 的列表。",
      },
    },
    {
      command: "moorline pki serve-crl pki/ca.crl --listen 0.0.0.0:8089",
      explanation: { en: "For all clients of the network.", zh: "供网络中的所有客户端使用。" },
    },
  ],
  run,
};

/** Of a CA's folder; what is not there is not served. */
const listsOfFolder = [entries.crl, entries.previousList, entries.rootList];

/** @returns undefined where none of the files is there */
async function readLists(given: readonly string[]): Promise<string | undefined> {
  const texts: string[] = [];
  for (const path of given) {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false, // not there: reading it tells
    );
    for (const file of isFolder ? listsOfFolder.map((name) => join(path, name)) : [path]) {
      try {
        texts.push(await readFile(file, "utf8"));
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
      }
    }
  }
  return texts.length === 0 ? undefined : texts.join("\n");
}

async function run(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const given = invocation.arguments.map((path) => resolvePath(invocation, path));
  for (const path of given)
    if ((await readLists([path])) === undefined)
      throw new MoorlineError("PKI_CRL_MISSING", { subject: path });
  const read = (): Promise<string | undefined> => readLists(given);
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
  const base = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  const file = given.join(", ");
  io.out(`${render(message("pki.servingList", { file, url: `${base}/ca.crl` }), language)}\n`);
  for (const list of readCrls((await read()) ?? "", file)) {
    if (list.authorityKeyId === undefined) continue;
    const words = {
      url: `${base}${listPath(list.authorityKeyId)}`,
      issuer: list.issuer.text,
      nextUpdate: list.nextUpdate?.toISOString() ?? "-",
    };
    io.out(`  ${render(message("pki.servingListOf", words), language)}\n`);
  }
  if (!io.stopping.aborted) await once(io.stopping, "abort");
  server.close();
  return exitCodes.done;
}
