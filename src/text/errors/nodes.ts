import type { ErrorTable } from "./table.ts";

/** Errors of the nodes that documents list. `{subject}` is the node's name. */
export const nodeErrors = {
  NODE_UNKNOWN: {
    retry: "never",
    en: {
      what: "No NodeTrust lists a node {subject}; they list: {listed}.",
      remedy: "Add it to `nodes` of a NodeTrust, or name one that is there.",
    },
    zh: {
      what: "没有 NodeTrust 列出节点 {subject}；已列出的节点：{listed}。",
      remedy: "请将其加入 NodeTrust 的 `nodes`，或指定已列出的节点。",
    },
  },
  NODE_NONE_LISTED: {
    retry: "never",
    en: {
      what: "No nodes are listed in {subject}, so there is none to go to.",
      remedy:
        "Write `nodes: [{ name, on: { ssh: … } }]` into the NodeTrust, or run this on each node without --everywhere.",
    },
    zh: {
      what: "{subject} 未列出任何节点，没有可执行的目标。",
      remedy:
        "请在 NodeTrust 中填写 `nodes: [{ name, on: { ssh: … } }]`，或不加 --everywhere 在各节点上分别运行。",
    },
  },
  NODE_ROOT_AND_LIST: {
    retry: "never",
    en: {
      what: "{subject} and --root exclude each other: one is for nodes over SSH, the other for a folder of this machine.",
      remedy: "Leave one of them out.",
    },
    zh: {
      what: "{subject} 与 --root 不能同时使用：前者针对通过 SSH 访问的节点，后者针对本机的目录。",
      remedy: "请去掉其中一个。",
    },
  },
  NODE_LISTED_TWICE: {
    retry: "never",
    en: {
      what: "The node {subject} is reached in another way by {where} than by a document before it.",
      remedy: "Write the same `on` in both, or give one of the nodes another name.",
    },
    zh: {
      what: "{where} 中节点 {subject} 的访问方式与此前文档不一致。",
      remedy: "请统一两处的 `on`，或为其中一个节点改名。",
    },
  },
} as const satisfies ErrorTable;
