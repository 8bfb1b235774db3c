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
} as const satisfies ErrorTable;
