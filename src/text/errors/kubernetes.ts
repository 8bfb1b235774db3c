import type { ErrorTable } from "./table.ts";

/**
 * Errors of the Kubernetes and KubeSphere APIs. `{subject}` is `Secret/namespace/name`, or the file for KUBECONFIG_*;
 * `{server}` is the API server's URL.
 */
export const kubernetesErrors = {
  KUBECONFIG_MISSING: {
    retry: "never",
    en: {
      what: "No kubeconfig was found ({subject}), and this does not run in a pod.",
      remedy:
        "Name one with --kubeconfig or KUBECONFIG; on a control-plane node it is /etc/kubernetes/admin.conf.",
    },
    zh: {
      what: "未找到 kubeconfig（{subject}），且当前不在 Pod 中运行。",
      remedy: "请通过 --kubeconfig 或 KUBECONFIG 指定；在控制平面节点上通常为 /etc/kubernetes/admin.conf。",
    },
  },
  KUBECONFIG_UNREADABLE: {
    retry: "never",
    en: {
      what: "The file {subject}, which the cluster's access needs, cannot be read ({reason}).",
      remedy: "Check the path and the file's rights.",
    },
    zh: { what: "无法读取访问集群所需的文件 {subject}（{reason}）。", remedy: "请检查路径与文件权限。" },
  },
  KUBECONFIG_INVALID: {
    retry: "never",
    en: {
      what: "The kubeconfig {subject} is not usable: field {field}: {reason}.",
      remedy: "Mend the field; `kubectl --kubeconfig {subject} config view` shows what the file says.",
    },
    zh: {
      what: "kubeconfig {subject} 无法使用：字段 {field}：{reason}。",
      remedy: "请修正该字段；`kubectl --kubeconfig {subject} config view` 可查看文件内容。",
    },
  },
  KUBECONFIG_CONTEXT_UNKNOWN: {
    retry: "never",
    en: {
      what: "The kubeconfig {subject} has no context {context}; it has: {known}.",
      remedy: "Name one of them with --context, or set current-context with `kubectl config use-context`.",
    },
    zh: {
      what: "kubeconfig {subject} 中没有上下文 {context}；现有：{known}。",
      remedy: "请用 --context 指定其中之一，或用 `kubectl config use-context` 设置 current-context。",
    },
  },
  KUBECONFIG_UNSUPPORTED: {
    retry: "never",
    en: {
      what: "The kubeconfig {subject} uses {field} ({value}), which Moorline does not support.",
      remedy:
        "Use a context without it: a server reached directly, and a client certificate, a token, or an exec plugin of client.authentication.k8s.io/v1 or v1beta1.",
    },
    zh: {
      what: "kubeconfig {subject} 使用了 {field}（{value}），Moorline 不支持。",
      remedy:
        "请使用不含该字段的上下文：直接可达的服务器，以及客户端证书、令牌，或 client.authentication.k8s.io/v1、v1beta1 的 exec 插件。",
    },
  },
  KUBECONFIG_EXEC_FAILED: {
    retry: "never",
    en: {
      what: "The credential plugin {command} of the kubeconfig {subject} gave no credential: {reason}.",
      remedy: "Run the plugin by hand; log in first where it asks for that, since it gets no terminal here.",
    },
    zh: {
      what: "kubeconfig {subject} 的凭据插件 {command} 没有给出凭据：{reason}。",
      remedy: "请手动运行该插件；若其要求登录请先登录，因为此处不提供终端。",
    },
  },
  KUBECONFIG_NOT_IN_CLUSTER: {
    retry: "never",
    en: {
      what: "The pod's own access to its cluster is not there: {subject}.",
      remedy: "Give the pod a service account with automountServiceAccountToken, or give a kubeconfig.",
    },
    zh: {
      what: "Pod 自身的集群访问凭据不存在：{subject}。",
      remedy: "请为 Pod 配置启用 automountServiceAccountToken 的服务账户，或提供 kubeconfig。",
    },
  },
  KUBERNETES_NOT_KUBERNETES: {
    retry: "never",
    en: {
      what: "{subject} does not answer as a Kubernetes API server does (status {status} for /version).",
      remedy:
        "Check the server's URL in the kubeconfig: a proxy, a console or another service answers there.",
    },
    zh: {
      what: "{subject} 的响应不是 Kubernetes API 服务器的响应（/version 返回状态 {status}）。",
      remedy: "请检查 kubeconfig 中的服务器地址：该处可能是代理、控制台或其他服务。",
    },
  },
  KUBERNETES_TOO_OLD: {
    retry: "never",
    en: {
      what: "{subject} runs Kubernetes {version}; Moorline works with {oldest} and later.",
      remedy: "Upgrade the cluster first.",
    },
    zh: {
      what: "{subject} 运行的是 Kubernetes {version}；Moorline 需要 {oldest} 或更高版本。",
      remedy: "请先升级集群。",
    },
  },
  KUBERNETES_NAME_INVALID: {
    retry: "never",
    en: {
      what: "“{value}” cannot be a {field} in Kubernetes ({subject}).",
      remedy: "Use lower-case letters, digits, “-” and “.”, beginning and ending with a letter or digit.",
    },
    zh: {
      what: "“{value}”不能用作 Kubernetes 的 {field}（{subject}）。",
      remedy: "请使用小写字母、数字、“-”与“.”，并以字母或数字开头和结尾。",
    },
  },
  KUBERNETES_UNAUTHORIZED: {
    retry: "never",
    en: {
      what: "{server} does not accept the credential ({reason}) for {verb} {resource}.",
      remedy:
        "The token or client certificate is expired, revoked or of another cluster; fetch a new kubeconfig and try `kubectl get --raw /api` with it.",
    },
    zh: {
      what: "{server} 不接受用于 {verb} {resource} 的凭据（{reason}）。",
      remedy:
        "令牌或客户端证书已过期、被吊销或属于其他集群；请获取新的 kubeconfig，并用 `kubectl get --raw /api` 验证。",
    },
  },
  KUBERNETES_FORBIDDEN: {
    retry: "never",
    en: {
      what: "{user} may not {verb} {resource} in namespace {namespace} ({subject}): {reason}",
      remedy:
        "Grant this rule in a Role bound in that namespace, or in a ClusterRole where the namespace is “-”: {rule}. `kubectl auth can-i {verb} {resource} -n {namespace}` then answers yes.",
    },
    zh: {
      what: "{user} 无权在命名空间 {namespace} 中 {verb} {resource}（{subject}）：{reason}",
      remedy:
        "请在该命名空间绑定的 Role（命名空间为“-”时用 ClusterRole）中授予规则：{rule}。之后 `kubectl auth can-i {verb} {resource} -n {namespace}` 应返回 yes。",
    },
  },
  KUBERNETES_QUOTA_EXCEEDED: {
    retry: "never",
    en: {
      what: "The quota of namespace {namespace} leaves no room for {subject}: {reason}",
      remedy:
        "Raise the ResourceQuota, or remove what is not needed (`kubectl describe quota -n {namespace}`).",
    },
    zh: {
      what: "命名空间 {namespace} 的配额不足以创建 {subject}：{reason}",
      remedy: "请提高 ResourceQuota，或清理不需要的对象（`kubectl describe quota -n {namespace}`）。",
    },
  },
  KUBERNETES_NAMESPACE_TERMINATING: {
    retry: "never",
    en: {
      what: "{subject} was not written: the namespace {namespace} is being deleted.",
      remedy: "Leave it out of the document, or wait until it is gone and make it anew.",
    },
    zh: {
      what: "{subject} 未写入：命名空间 {namespace} 正在删除中。",
      remedy: "请从文档中移除该命名空间，或等其删除完成后重新创建。",
    },
  },
  KUBERNETES_NAMESPACE_MISSING: {
    retry: "never",
    en: {
      what: "{subject} was not written: there is no namespace {namespace} (any more).",
      remedy: "Make the project in KubeSphere, or leave it out of the document.",
    },
    zh: {
      what: "{subject} 未写入：命名空间 {namespace} 不存在（或已被删除）。",
      remedy: "请在 KubeSphere 中创建该项目，或从文档中移除。",
    },
  },
  KUBERNETES_NOT_FOUND: {
    retry: "never",
    en: {
      what: "{subject} is not there.",
      remedy: "Check name and namespace, and that the context is the right cluster's ({server}).",
    },
    zh: {
      what: "{subject} 不存在。",
      remedy: "请检查名称与命名空间，并确认上下文指向正确的集群（{server}）。",
    },
  },
  KUBERNETES_API_MISSING: {
    retry: "never",
    en: {
      what: "{server} does not serve {resource} (needed to {verb} {subject}).",
      remedy: "Install what brings it; `kubectl api-resources` lists what the server has.",
    },
    zh: {
      what: "{server} 不提供 {resource}（{verb} {subject} 需要它）。",
      remedy: "请安装提供该资源的组件；`kubectl api-resources` 可列出服务器支持的资源。",
    },
  },
  KUBERNETES_ALREADY_EXISTS: {
    retry: "now",
    en: {
      what: "{subject} exists already.",
      remedy: "Run this again; it then starts from the object as it is.",
    },
    zh: { what: "{subject} 已存在。", remedy: "请重新运行，届时将以现有对象为起点。" },
  },
  KUBERNETES_CONFLICT: {
    retry: "now",
    en: {
      what: "{subject} was changed by somebody else in the meantime: {reason}",
      remedy: "Run this again; it then starts from the object as it is now.",
    },
    zh: {
      what: "{subject} 在此期间已被他人修改：{reason}",
      remedy: "请重新运行，届时将以对象的最新状态为起点。",
    },
  },
  KUBERNETES_FIELD_CONFLICT: {
    retry: "never",
    en: {
      what: "{subject} was not changed: the fields {fields} belong to {managers}.",
      remedy:
        "Stop {managers} from setting these fields, or take them out of one of the two; `kubectl get {resource} -n {namespace} -o yaml --show-managed-fields` shows who owns what.",
    },
    zh: {
      what: "{subject} 未修改：字段 {fields} 归 {managers} 所有。",
      remedy:
        "请让 {managers} 不再设置这些字段，或从其中一方移除；`kubectl get {resource} -n {namespace} -o yaml --show-managed-fields` 可查看字段归属。",
    },
  },
  KUBERNETES_INVALID: {
    retry: "never",
    en: {
      what: "{server} refuses {subject} as invalid: {reason} ({fields})",
      remedy: "Correct the named fields in the document they come from.",
    },
    zh: {
      what: "{server} 认为 {subject} 无效：{reason}（{fields}）",
      remedy: "请在相应文档中修正所列字段。",
    },
  },
  KUBERNETES_ADMISSION_DENIED: {
    retry: "never",
    en: {
      what: "A policy of the cluster denied {subject}: {reason}",
      remedy: "Make what the policy asks for true, or have its owner make an exception for Moorline.",
    },
    zh: {
      what: "集群策略拒绝了 {subject}：{reason}",
      remedy: "请满足策略要求，或请策略负责人为 Moorline 设置例外。",
    },
  },
  KUBERNETES_WEBHOOK_UNAVAILABLE: {
    retry: "later",
    en: {
      what: "{subject} was not written: an admission webhook of the cluster does not answer: {reason}",
      remedy:
        "Bring the webhook's service up again; `kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations` lists them.",
    },
    zh: {
      what: "{subject} 未写入：集群的准入 Webhook 无响应：{reason}",
      remedy:
        "请恢复该 Webhook 的服务；`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations` 可列出所有 Webhook。",
    },
  },
  KUBERNETES_TOO_LARGE: {
    retry: "never",
    en: {
      what: "{subject} is larger than {server} takes.",
      remedy: "Kubernetes keeps about 1.5 MiB in an object and 1 MiB in a Secret; make it smaller.",
    },
    zh: {
      what: "{subject} 超过了 {server} 允许的大小。",
      remedy: "Kubernetes 单个对象上限约 1.5 MiB，Secret 为 1 MiB；请缩小内容。",
    },
  },
  KUBERNETES_GONE: {
    retry: "now",
    en: {
      what: "{server} no longer has the version of {resource} that was being read: {reason}",
      remedy:
        "Run this again; it then reads from the start. If it happens often, etcd is compacted too eagerly.",
    },
    zh: {
      what: "{server} 上正在读取的 {resource} 版本已不可用：{reason}",
      remedy: "请重新运行，届时将从头读取。若频繁出现，说明 etcd 压缩过于频繁。",
    },
  },
  KUBERNETES_TOO_MANY_REQUESTS: {
    retry: "later",
    en: {
      what: "{server} asks for fewer requests ({verb} {resource}): {reason}",
      remedy: "It passes by itself; if not, find what loads the API server.",
    },
    zh: {
      what: "{server} 要求减少请求（{verb} {resource}）：{reason}",
      remedy: "通常会自行恢复；若持续出现，请查明 API 服务器的负载来源。",
    },
  },
  KUBERNETES_UNAVAILABLE: {
    retry: "later",
    en: {
      what: "{server} failed to {verb} {resource} ({subject}), status {status}: {reason}",
      remedy: "Try again; if it stays so, look into the logs of kube-apiserver and etcd.",
    },
    zh: {
      what: "{server} 未能 {verb} {resource}（{subject}），状态 {status}：{reason}",
      remedy: "请重试；若仍如此，请查看 kube-apiserver 与 etcd 的日志。",
    },
  },
  KUBERNETES_UNEXPECTED: {
    retry: "never",
    en: {
      what: "{server} answered status {status} for {subject} in a way that Kubernetes does not: {reason}",
      remedy: "Check for a proxy or load balancer between here and the API server.",
    },
    zh: {
      what: "{server} 对 {subject} 返回状态 {status}，但不是 Kubernetes 的响应：{reason}",
      remedy: "请检查此处与 API 服务器之间是否有代理或负载均衡器。",
    },
  },
  REGISTRY_CREDENTIAL_EMPTY: {
    retry: "never",
    en: {
      what: "{subject} was not made: the user name or the password for it is empty.",
      remedy: "Give both; an empty credential is never written over one that may work.",
    },
    zh: {
      what: "未生成 {subject}：其用户名或密码为空。",
      remedy: "请同时提供用户名与密码；空凭据绝不会覆盖可能有效的凭据。",
    },
  },
  KUBESPHERE_UNREACHABLE: {
    retry: "later",
    en: {
      what: "KubeSphere's API did not answer {subject} as expected (status {status}): {reason}",
      remedy:
        "Check that ks-apiserver runs (`kubectl -n kubesphere-system get deploy ks-apiserver`), and its log.",
    },
    zh: {
      what: "KubeSphere API 对 {subject} 的响应不符合预期（状态 {status}）：{reason}",
      remedy:
        "请确认 ks-apiserver 正在运行（`kubectl -n kubesphere-system get deploy ks-apiserver`），并查看其日志。",
    },
  },
  KUBESPHERE_UNAUTHORIZED: {
    retry: "never",
    en: {
      what: "KubeSphere's API does not accept the credential for {subject}: {reason}",
      remedy:
        "Give a token or a user of KubeSphere itself (a Kubernetes token is not one); tokens live for two hours unless they belong to a KubeSphere service account.",
    },
    zh: {
      what: "KubeSphere API 不接受用于 {subject} 的凭据：{reason}",
      remedy:
        "请提供 KubeSphere 自身的令牌或用户（Kubernetes 令牌无效）；除 KubeSphere 服务账户的令牌外，令牌有效期为两小时。",
    },
  },
  KUBESPHERE_FORBIDDEN: {
    retry: "never",
    en: {
      what: "The KubeSphere user may not use {subject}: {reason}",
      remedy:
        "Make it admin or operator of the project, or add `registrysecrets/verify` (create) of resources.kubesphere.io to its role.",
    },
    zh: {
      what: "该 KubeSphere 用户无权使用 {subject}：{reason}",
      remedy:
        "请将其设为该项目的 admin 或 operator，或在其角色中加入 resources.kubesphere.io 的 `registrysecrets/verify`（create）权限。",
    },
  },
} as const satisfies ErrorTable;
