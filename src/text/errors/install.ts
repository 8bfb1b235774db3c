import type { ErrorTable } from "./table.ts";

/** Errors of putting Moorline into a cluster. */
export const installErrors = {
  INSTALL_IMAGE_MISSING: {
    retry: "never",
    en: {
      what: "{subject} is needed: which image of Moorline shall run?",
      remedy:
        "Build it with `npm run image`, push it to your Harbor, and give its reference, by digest if you can.",
    },
    zh: {
      what: "缺少 {subject}：请指明要运行的 Moorline 镜像。",
      remedy: "用 `npm run image` 构建镜像并推送到 Harbor，然后填写其地址，建议使用摘要。",
    },
  },
  INSTALL_VALUE_INVALID: {
    retry: "never",
    en: {
      what: "{subject} can not be {value}.",
      remedy:
        "Look at `moorline install --help`. An image is host[:port]/path[:tag][@digest]; replicas are 1 to 9.",
    },
    zh: {
      what: "{subject} 的值 {value} 无效。",
      remedy:
        "请查看 `moorline install --help`。镜像格式为 host[:port]/path[:tag][@digest]；副本数为 1 到 9。",
    },
  },
  INSTALL_NOT_READY: {
    retry: "later",
    en: {
      what: "{subject} is not ready after {seconds} s: {reason}",
      remedy:
        "Everything is written. Look at `kubectl -n {namespace} describe pod` and `kubectl -n {namespace} logs deployment/{name}`: mostly the image can not be pulled. Then run the same command again.",
    },
    zh: {
      what: "{subject} 在 {seconds} 秒后仍未就绪：{reason}",
      remedy:
        "清单均已写入。请查看 `kubectl -n {namespace} describe pod` 与 `kubectl -n {namespace} logs deployment/{name}`：多数情况是镜像拉取失败。处理后再次运行同一命令。",
    },
  },
} as const satisfies ErrorTable;
