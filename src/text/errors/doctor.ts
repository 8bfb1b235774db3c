import type { ErrorTable } from "./table.ts";

/** What the doctor can not be asked. */
export const doctorErrors = {
  DOCTOR_TARGET: {
    retry: "never",
    en: {
      what: "The doctor does not know what {subject} is.",
      remedy:
        "Ask for `pod NAME`, `image HOST/REPOSITORY:TAG`, `registry HOST`, `node NAME`, `project NAME`, or for nothing in particular.",
    },
    zh: {
      what: "无法识别诊断对象 {subject}。",
      remedy:
        "请使用 `pod 名称`、`image 主机/仓库:标签`、`registry 主机`、`node 名称`、`project 名称`，或不带参数。",
    },
  },
  DOCTOR_NO_NODE: {
    retry: "never",
    en: {
      what: "{subject} is not in the cluster.",
      remedy: "`kubectl get nodes` lists the nodes by the names that count here.",
    },
    zh: {
      what: "集群中没有 {subject}。",
      remedy: "`kubectl get nodes` 列出此处使用的节点名称。",
    },
  },
  DOCTOR_NO_PROJECT: {
    retry: "never",
    en: {
      what: "{subject} is not in the cluster.",
      remedy: "A project is a namespace; names that come near: {near}. `kubectl get namespaces` lists all.",
    },
    zh: {
      what: "集群中没有 {subject}。",
      remedy: "项目即命名空间；相近的名称：{near}。`kubectl get namespaces` 列出全部。",
    },
  },
  DOCTOR_FIX_JSON: {
    retry: "never",
    en: {
      what: "{subject} asks a person, so it can not answer as JSON.",
      remedy: "Leave out `-o json`, or take the findings as JSON and run `moorline apply -o json`.",
    },
    zh: {
      what: "{subject} 需要人工确认，无法以 JSON 输出。",
      remedy: "请去掉 `-o json`，或先以 JSON 获取诊断结果，再执行 `moorline apply -o json`。",
    },
  },
  DOCTOR_NO_POD: {
    retry: "never",
    en: {
      what: "{subject} is not there.",
      remedy: "Look for its name with `kubectl get pods -A`, and name its namespace with -n.",
    },
    zh: { what: "{subject} 不存在。", remedy: "用 `kubectl get pods -A` 查看名称，并用 -n 指定命名空间。" },
  },
} as const satisfies ErrorTable;
