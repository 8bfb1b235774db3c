import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { MoorlineError } from "../../../model/errors.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { outputOption } from "../options.ts";
import { painter } from "../paint.ts";
import { posturesJson, showPosture } from "../tls/show.ts";
import { lookAt, type LookOptions } from "../tls/look.ts";
import { parseTargets } from "../tls/targets.ts";

export const tls: Command = {
  name: "tls",
  summary: { en: "Tell how registries offer TLS, with a grade.", zh: "检查镜像仓库的 TLS 配置并评级。" },
  description: {
    en: "Asks each server for one thing at a time: versions from SSL 3.0 to TLS 1.3, groups of cipher suites, the chain as it is sent, whether it asks for a client certificate, HSTS, and what plain HTTP answers at port 80. Only hand-shakes; nothing is changed and no credential is sent. A: nothing to mend, B: notes only, C: one or two warnings, D: more, F: clients refuse it or it protects nothing.",
    zh: "逐项询问服务器：SSL 3.0 至 TLS 1.3 的版本、各类密码套件、实际发送的证书链、是否要求客户端证书、HSTS，以及 80 端口的明文 HTTP 应答。只进行握手，不做任何更改，也不发送凭证。A：无需处理；B：仅有提示；C：一到两个警告；D：更多警告；F：客户端会拒绝或没有保护作用。",
  },
  arguments: [
    {
      name: "HOST",
      variadic: true,
      optional: true,
      description: {
        en: "A host, host:port, [IPv6]:port or https:// URL; port 443 otherwise.",
        zh: "主机、主机:端口、[IPv6]:端口或 https:// URL；默认端口 443。",
      },
    },
  ],
  options: [
    outputOption,
    {
      name: "ca",
      value: "FILE",
      description: {
        en: "PEM file of the CAs to trust; the machine's roots otherwise.",
        zh: "受信任 CA 的 PEM 文件；默认使用本机根证书。",
      },
    },
    {
      name: "from",
      value: "FILE",
      description: {
        en: "A file with a host a line; - for standard input.",
        zh: "每行一个主机的文件；- 表示标准输入。",
      },
    },
    {
      name: "quick",
      description: {
        en: "Only chain, name and dates, by one connection a host: for many hosts.",
        zh: "仅检查证书链、名称和有效期，每台主机一个连接，适用于大量主机。",
      },
    },
    {
      name: "concurrency",
      value: "N",
      default: "64",
      description: { en: "Hosts at a time.", zh: "同时检查的主机数。" },
    },
    {
      name: "timeout",
      value: "SECONDS",
      default: "5",
      description: { en: "For each connection.", zh: "每个连接的超时时间（秒）。" },
    },
  ],
  examples: [
    {
      command: "moorline tls harbor.example.com --ca ca.crt",
      explanation: { en: "One registry with a private CA.", zh: "使用私有 CA 的镜像仓库。" },
    },
    {
      command: "moorline tls --from hosts.txt --quick -o json",
      explanation: { en: "Many hosts, for a machine to read.", zh: "大量主机，供程序读取。" },
    },
  ],
  exits: [{ code: exitCodes.pending, meaning: { en: "A host has grade F.", zh: "有主机评级为 F。" } }],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { io, language } = invocation;
  const targets = await parseTargets(invocation.arguments, invocation.option("from"), io);
  const timeoutMs = positive(invocation, "timeout") * 1000;
  const ca = invocation.option("ca");
  const now = io.clock.now();
  const options: LookOptions = {
    timeoutMs,
    quick: invocation.flag("quick"),
    concurrency: positive(invocation, "concurrency"),
    authoritiesPem: ca === undefined ? undefined : await readAuthorities(resolve(io.workingDirectory, ca)),
    now,
  };
  const postures = await lookAt(targets, options, io.stopping, (length) => io.random.bytes(length));
  if (invocation.option("output") === "json") io.out(posturesJson(postures, language));
  else {
    const paint = painter(io.colours);
    io.out(postures.map((p) => showPosture(p, language, paint, now)).join("\n"));
  }
  return postures.some((p) => p.grade === "F") ? exitCodes.pending : exitCodes.done;
}

function positive(invocation: Invocation, name: string): number {
  const text = invocation.option(name) ?? "";
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new MoorlineError("TLS_NUMBER", { subject: `--${name}`, parameters: { value: text } });
  return Number(text);
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    throw new MoorlineError("TLS_AUTHORITIES_UNREADABLE", {
      subject: path,
      parameters: { reason },
      cause: thrown,
    });
  }
}
