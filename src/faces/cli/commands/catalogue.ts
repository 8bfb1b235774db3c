import type { CommandEntry } from "../command.ts";

/** Every command, in the order in which help lists them. */
export const catalogue: readonly CommandEntry[] = [
  {
    name: "init",
    summary: { en: "Write a first set of documents.", zh: "生成第一份文档。" },
    load: async () => (await import("./init.ts")).init,
  },
  {
    name: "preflight",
    summary: { en: "Check what the integration needs before it starts.", zh: "检查对接所需的前提条件。" },
    load: async () => (await import("./preflight.ts")).preflight,
  },
  {
    name: "plan",
    summary: { en: "Show what would be done, and why.", zh: "显示将要执行的操作及其原因。" },
    load: async () => (await import("./plan.ts")).plan,
  },
  {
    name: "apply",
    summary: { en: "Make the documents true, and prove it.", zh: "使文档成为现实，并加以验证。" },
    load: async () => (await import("./apply.ts")).applyCommand,
  },
  {
    name: "verify",
    summary: { en: "Prove from outside that the documents are true.", zh: "从外部验证文档是否成立。" },
    load: async () => (await import("./verify.ts")).verifyCommand,
  },
  {
    name: "destroy",
    summary: { en: "Take away what Moorline put there.", zh: "移除 Moorline 所创建的内容。" },
    load: async () => (await import("./destroy.ts")).destroy,
  },
  {
    name: "render",
    summary: { en: "Write plain manifests and files for GitOps.", zh: "为 GitOps 生成普通清单与文件。" },
    load: async () => (await import("./render.ts")).render,
  },
  {
    name: "install",
    summary: { en: "Put Moorline into the cluster.", zh: "将 Moorline 安装到集群。" },
    load: async () => (await import("./install.ts")).install,
  },
  {
    name: "uninstall",
    summary: { en: "Take Moorline out of the cluster.", zh: "从集群中移除 Moorline。" },
    load: async () => (await import("./uninstall.ts")).uninstall,
  },
  {
    name: "render install",
    summary: { en: "Write the manifests of Moorline itself.", zh: "生成 Moorline 自身的安装清单。" },
    load: async () => (await import("./render-install.ts")).renderInstall,
  },
  {
    name: "controller",
    summary: { en: "Keep the documents in a cluster true, for ever.", zh: "持续使集群中的文档成为现实。" },
    load: async () => (await import("./controller.ts")).controllerCommand,
  },
  {
    name: "node apply",
    summary: {
      en: "Make this node's runtimes trust the registry.",
      zh: "使本节点的容器运行时信任该镜像仓库。",
    },
    load: async () => (await import("./node-apply.ts")).nodeApply,
  },
  {
    name: "node plan",
    summary: {
      en: "Show what nodes still lack to trust the registry.",
      zh: "显示节点信任该镜像仓库还缺什么。",
    },
    load: async () => (await import("./node-plan.ts")).nodePlan,
  },
  {
    name: "node verify",
    summary: { en: "Prove that nodes trust the registry.", zh: "验证节点确实信任该镜像仓库。" },
    load: async () => (await import("./node-verify.ts")).nodeVerify,
  },
  {
    name: "node-agent",
    summary: {
      en: "Carry out what concerns this node, from a pod of it.",
      zh: "在本节点的 Pod 中执行与本节点有关的内容。",
    },
    load: async () => (await import("./node-agent.ts")).nodeAgent,
  },
  {
    name: "status",
    summary: {
      en: "List what ends when, and what renews it.",
      zh: "列出证书、CA、吊销列表和机器人账户的到期时间及续期方式。",
    },
    load: async () => (await import("./status.ts")).statusCommand,
  },
  {
    name: "clients",
    summary: {
      en: "List who comes to Harbor with and without a client certificate.",
      zh: "列出带与不带客户端证书访问 Harbor 的客户端。",
    },
    load: async () => (await import("./clients.ts")).clientsCommand,
  },
  {
    name: "pki ca",
    summary: { en: "Make a certificate authority.", zh: "创建证书颁发机构（CA）。" },
    load: async () => (await import("./pki/pki-ca.ts")).pkiCa,
  },
  {
    name: "pki request",
    summary: {
      en: "Make the key of an intermediate, and a request for its root.",
      zh: "生成中间 CA 的密钥和证书请求。",
    },
    load: async () => (await import("./pki/pki-request.ts")).pkiRequest,
  },
  {
    name: "pki sign-intermediate",
    summary: { en: "Sign an intermediate's request with a root.", zh: "用根 CA 签发中间 CA 的证书请求。" },
    load: async () => (await import("./pki/pki-sign-intermediate.ts")).pkiSignIntermediate,
  },
  {
    name: "pki import",
    summary: {
      en: "Bring an intermediate's certificate to its key.",
      zh: "将签发好的中间 CA 证书导入其密钥所在目录。",
    },
    load: async () => (await import("./pki/pki-import.ts")).pkiImport,
  },
  {
    name: "pki issue",
    summary: { en: "Issue a server or client certificate.", zh: "签发服务器或客户端证书。" },
    load: async () => (await import("./pki/pki-issue.ts")).pkiIssue,
  },
  {
    name: "pki inspect",
    summary: { en: "Show what certificates and CRLs say.", zh: "显示证书与吊销列表的内容。" },
    load: async () => (await import("./pki/pki-inspect.ts")).pkiInspect,
  },
  {
    name: "pki verify",
    summary: {
      en: "Verify a certificate chain, and say everything that is wrong.",
      zh: "验证证书链，并指出所有问题。",
    },
    load: async () => (await import("./pki/pki-verify.ts")).pkiVerify,
  },
  {
    name: "pki crl",
    summary: { en: "Revoke certificates, and issue the revocation list.", zh: "吊销证书并签发吊销列表。" },
    load: async () => (await import("./pki/pki-crl.ts")).pkiCrl,
  },
  {
    name: "pki serve-crl",
    summary: { en: "Serve a revocation list over HTTP.", zh: "通过 HTTP 提供吊销列表。" },
    load: async () => (await import("./pki/pki-serve-crl.ts")).pkiServeCrl,
  },
  {
    name: "pki revoke",
    summary: { en: "Revoke certificates of a CA.", zh: "吊销某个 CA 签发的证书。" },
    load: async () => (await import("./pki/pki-revoke.ts")).pkiRevoke,
  },
  {
    name: "pki p12",
    summary: { en: "Pack a key and its certificates as PKCS#12.", zh: "将私钥与证书打包为 PKCS#12。" },
    load: async () => (await import("./pki/pki-p12.ts")).pkiP12,
  },
  {
    name: "explain",
    summary: { en: "Describe a kind and its fields.", zh: "说明某个类型及其字段。" },
    load: async () => (await import("./explain.ts")).explain,
  },
  {
    name: "rotate",
    summary: {
      en: "Replace certificates, the CA, or robots, without one failed pull.",
      zh: "轮换证书、CA 或机器人账户，不中断拉取。",
    },
    load: async () => (await import("./rotate.ts")).rotate,
  },
  {
    name: "doctor",
    summary: { en: "Find why pulls fail, now.", zh: "找出当前拉取失败的原因。" },
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "logs",
    summary: { en: "Find the causes of failed pulls in logs.", zh: "从日志中找出拉取失败的原因。" },
    load: async () => (await import("./logs.ts")).logs,
  },
  {
    name: "tls",
    summary: { en: "Tell how registries offer TLS, with a grade.", zh: "检查镜像仓库的 TLS 配置并评级。" },
    load: async () => (await import("./tls.ts")).tls,
  },
  {
    name: "webhook",
    summary: {
      en: "Judge and complete pods as bindings ask (admission webhook).",
      zh: "按绑定的要求检查并补全 Pod（准入 Webhook）。",
    },
    load: async () => (await import("./webhook.ts")).webhook,
  },
  {
    name: "sandbox",
    summary: {
      en: "Run an embedded Harbor, Kubernetes and KubeSphere.",
      zh: "运行内嵌的 Harbor、Kubernetes 与 KubeSphere。",
    },
    load: async () => (await import("./sandbox.ts")).sandbox,
  },
  {
    name: "completion",
    summary: {
      en: "Print a completion script for bash, zsh or fish.",
      zh: "输出 bash、zsh 或 fish 的补全脚本。",
    },
    load: async () => (await import("./completion.ts")).completion,
  },
  {
    name: "version",
    summary: { en: "Print the version.", zh: "显示版本。" },
    load: async () => (await import("./version.ts")).version,
  },
];
