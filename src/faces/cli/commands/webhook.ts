import { availableParallelism } from "node:os";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { describeError, MoorlineError } from "../../../model/errors.ts";
import { documentSet } from "../../../model/document-set.ts";
import { message, render } from "../../../text/message.ts";
import type { CertificateSource } from "../../webhook/keeper.ts";
import { runWebhook, type Address } from "../../webhook/run.ts";
import { runWorker, workerTask } from "../../webhook/worker.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { clusterOptions } from "../options.ts";
import { openWorld } from "../world.ts";

export const webhook: Command = {
  name: "webhook",
  summary: {
    en: "Judge and complete pods as bindings ask (admission webhook).",
    zh: "按绑定的要求检查并补全 Pod（准入 Webhook）。",
  },
  description: {
    en: "Follows ProjectBindings in the cluster, serves the API server over HTTPS, and keeps its own registration: one entry for each binding with `spec.admission`, never for system namespaces. Its certificate is of its own PKI, kept in a Secret and renewed in time, unless files are given. Several replicas may run. Runs until it is stopped.",
    zh: "跟踪集群中的 ProjectBinding，通过 HTTPS 为 API Server 提供准入服务，并维护自身的注册：每个填写了 `spec.admission` 的绑定对应一个条目，绝不涉及系统命名空间。证书由自有 PKI 签发，保存在 Secret 中并按时更新，也可改用指定文件。可运行多个副本，直到被停止。",
  },
  options: [
    ...clusterOptions,
    {
      name: "namespace",
      value: "NAME",
      default: "moorline-system",
      description: {
        en: "Moorline's own namespace: its Service and the Secret of its certificate.",
        zh: "Moorline 所在命名空间，存放其 Service 与证书 Secret。",
      },
    },
    {
      name: "service",
      value: "NAME",
      default: "moorline-webhook",
      description: {
        en: "The Service by which the API server comes; also the name of the Secret, with -certificate behind it.",
        zh: "API Server 访问所经的 Service；加上 -certificate 即证书 Secret 的名称。",
      },
    },
    {
      name: "url",
      value: "URL",
      description: {
        en: "How the API server reaches a webhook outside the cluster: https://host; the port is added where it is left out.",
        zh: "准入服务位于集群之外时 API Server 访问的地址：https://主机；未写端口时自动补上。",
      },
    },
    {
      name: "registration",
      value: "NAME",
      default: "moorline",
      description: {
        en: "Name of both webhook configurations.",
        zh: "两个 Webhook 配置对象的名称。",
      },
    },
    {
      name: "address",
      value: "ADDRESS:PORT",
      default: "0.0.0.0:8443",
      description: {
        en: "Where to serve HTTPS; port 0 takes a free one.",
        zh: "HTTPS 监听地址；端口 0 表示任选。",
      },
    },
    {
      name: "health-address",
      value: "ADDRESS:PORT",
      default: "0.0.0.0:8081",
      description: { en: "Where to serve /healthz and /readyz.", zh: "/healthz 与 /readyz 的监听地址。" },
    },
    {
      name: "metrics-address",
      value: "ADDRESS:PORT",
      default: "0.0.0.0:8080",
      description: { en: "Where to serve /metrics.", zh: "/metrics 的监听地址。" },
    },
    {
      name: "workers",
      value: "COUNT",
      default: "1",
      description: {
        en: "Threads that review; auto takes one for each processor.",
        zh: "处理请求的线程数；auto 表示每个处理器一个。",
      },
    },
    {
      name: "tls-cert-file",
      value: "PATH",
      description: {
        en: "A certificate that somebody else renews; read again at each check.",
        zh: "由外部更新的证书文件；每次检查时重新读取。",
      },
    },
    { name: "tls-key-file", value: "PATH", description: { en: "Its key.", zh: "对应的私钥文件。" } },
    {
      name: "ca-file",
      value: "PATH",
      description: {
        en: "The CA of that certificate, for the registration's caBundle.",
        zh: "该证书的 CA，写入注册对象的 caBundle。",
      },
    },
    {
      name: "inject-ca-from",
      value: "NAMESPACE/NAME",
      description: {
        en: "cert-manager's Certificate, whose CA cert-manager puts into the registration.",
        zh: "cert-manager 的 Certificate；由 cert-manager 将其 CA 写入注册对象。",
      },
    },
    {
      name: "check-seconds",
      value: "SECONDS",
      default: "60",
      description: {
        en: "How often certificate and registration are looked at.",
        zh: "检查证书与注册的间隔（秒）。",
      },
    },
  ],
  examples: [
    {
      command: "moorline webhook --namespace moorline-system",
      explanation: { en: "As the installation runs it.", zh: "安装清单中的运行方式。" },
    },
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const task = workerTask();
  if (task !== undefined) return runWorker(task);
  const { io, language } = invocation;
  const say = (text: string): void => io.out(`${text}\n`);
  const { set } = documentSet([], []);
  await using world = openWorld({
    io,
    documents: set,
    kubeconfig: invocation.option("kubeconfig"),
    context: invocation.option("context"),
  });
  const namespace = invocation.option("namespace") ?? "";
  const service = invocation.option("service") ?? "";
  const url = invocation.option("url");
  await runWebhook({
    world,
    client: await world.kubernetes(),
    address: addressIn(invocation, "address"),
    workers: workersIn(invocation),
    statusAddresses: [addressIn(invocation, "health-address"), addressIn(invocation, "metrics-address")],
    certificate: certificateIn(invocation, namespace, service, url),
    registration: {
      name: invocation.option("registration") ?? "",
      ownNamespace: namespace,
      injectFrom: invocation.option("inject-ca-from"),
      place: (port) =>
        url === undefined ? { service: { namespace, name: service } } : { url: withPort(url, port) },
    },
    checkMs: numberIn(invocation, "check-seconds", 1, 86_400) * 1000,
    say: (what) => say(render(what, language)),
    onTrouble: (error) => {
      const { what, remedy } = describeError(error, language);
      io.err(`${error.code}: ${what} ${remedy}\n`);
    },
    stopping: io.stopping,
  });
  say(render(message("webhook.stopped"), language));
  return exitCodes.done;
}

function certificateIn(
  invocation: Invocation,
  namespace: string,
  service: string,
  url: string | undefined,
): CertificateSource {
  const path = (name: string): string | undefined => {
    const given = invocation.option(name);
    return given === undefined ? undefined : resolve(invocation.io.workingDirectory, given);
  };
  const certificatePath = path("tls-cert-file");
  const keyPath = path("tls-key-file");
  if (certificatePath !== undefined && keyPath !== undefined) {
    return { type: "files", certificatePath, keyPath, caPath: path("ca-file") };
  }
  const injectFrom = invocation.option("inject-ca-from");
  if (certificatePath !== undefined || keyPath !== undefined || injectFrom !== undefined) {
    // cert-manager's CA beside a certificate of our own PKI would let the API server trust nobody.
    throw invalid(
      injectFrom === undefined ? "--tls-cert-file" : "--inject-ca-from",
      injectFrom ?? "-",
      "--tls-cert-file PATH --tls-key-file PATH",
    );
  }
  const host = url === undefined ? undefined : new URL(url).hostname.replaceAll(/[[\]]/g, "");
  const dns = [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`];
  const names =
    host === undefined
      ? { dnsNames: dns, ipAddresses: [] }
      : isIP(host) === 0
        ? { dnsNames: [...dns, host], ipAddresses: [] }
        : { dnsNames: dns, ipAddresses: [host] };
  return { type: "own", namespace, secret: `${service}-certificate`, names };
}

function withPort(url: string, port: number): string {
  const parsed = new URL(url);
  if (parsed.port === "") parsed.port = String(port);
  return parsed.origin;
}

function addressIn(invocation: Invocation, name: string): Address {
  const value = invocation.option(name) ?? "";
  const found = /^(.+):(\d{1,5})$/.exec(value);
  if (found === null || Number(found[2]) > 65_535) {
    throw invalid(`--${name}`, value, "0.0.0.0:8443, [::]:8443");
  }
  return { host: (found[1] ?? "").replace(/^\[(.*)\]$/, "$1"), port: Number(found[2]) };
}

const mostWorkers = 64;

function workersIn(invocation: Invocation): number {
  return invocation.option("workers") === "auto"
    ? Math.min(availableParallelism(), mostWorkers)
    : numberIn(invocation, "workers", 1, mostWorkers);
}

function numberIn(invocation: Invocation, name: string, least: number, most: number): number {
  const value = Number(invocation.option(name));
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`--${name}`, invocation.option(name) ?? "", `${least}–${most}`);
}

const invalid = (option: string, value: string, choices: string): MoorlineError =>
  new MoorlineError("CLI_OPTION_CHOICE", {
    subject: "moorline webhook",
    parameters: { option, value, choices },
  });
