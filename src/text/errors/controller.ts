import type { ErrorTable } from "./table.ts";

/** Errors of documents that live in a cluster and ask for what only a machine has. */
export const controllerErrors = {
  CONTROLLER_NO_FILES: {
    retry: "never",
    en: {
      what: "{subject} is a file, and the controller has none: it runs in a pod.",
      remedy:
        "Name a Secret instead (secretRef), write the certificate into the document, or reach the machine over SSH; or keep this document out of the cluster and use `moorline apply`.",
    },
    zh: {
      what: "{subject} 是文件，而控制器运行在 Pod 中，没有该文件。",
      remedy:
        "请改用 Secret（secretRef）、直接在文档中写入证书，或通过 SSH 访问该机器；也可以不将此文档放入集群，改用 `moorline apply`。",
    },
  },
  CONTROLLER_NO_ENVIRONMENT: {
    retry: "never",
    en: {
      what: "The document reads {subject} from the environment, and the controller's pod has no such variable for it.",
      remedy: "Put the value into a Secret and name it with secretRef.",
    },
    zh: {
      what: "文档从环境变量 {subject} 读取值，但控制器不向文档提供环境变量。",
      remedy: "请将该值放入 Secret，并用 secretRef 引用。",
    },
  },
  CONTROLLER_KIND_MISSING: {
    retry: "later",
    en: {
      what: "The cluster has no definition of {subject}; the controller works without it, and looks for it again.",
      remedy: "Run `moorline install` once more, or `kubectl apply -f deploy/crds`.",
    },
    zh: {
      what: "集群中没有 {subject} 的定义；控制器暂不处理该类型，并会继续查找。",
      remedy: "请再次运行 `moorline install`，或执行 `kubectl apply -f deploy/crds`。",
    },
  },
  CONTROLLER_CANNOT_LISTEN: {
    retry: "never",
    en: {
      what: "{option} {subject} can not be had: {reason}.",
      remedy:
        "EADDRINUSE: another program listens there; stop it or give another port. EADDRNOTAVAIL: this machine has no such address. EACCES: ports below 1024 need a right.",
    },
    zh: {
      what: "无法监听 {option} {subject}：{reason}。",
      remedy:
        "EADDRINUSE：端口已被占用，请停止占用者或更换端口；EADDRNOTAVAIL：本机没有该地址；EACCES：1024 以下的端口需要权限。",
    },
  },
} as const satisfies ErrorTable;
