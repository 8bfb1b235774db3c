import type { ErrorTable } from "./table.ts";

/** Errors of the embedded sandbox. */
export const sandboxErrors = {
  SANDBOX_PORT_TAKEN: {
    retry: "never",
    en: {
      what: "The sandbox cannot listen on {subject}: another program does.",
      remedy: "Stop that program, or give the sandbox another port.",
    },
    zh: {
      what: "沙箱无法监听 {subject}：该端口已被其他程序占用。",
      remedy: "请停止占用端口的程序，或为沙箱换一个端口。",
    },
  },
  SANDBOX_CANNOT_LISTEN: {
    retry: "never",
    en: {
      what: "The sandbox cannot listen on {subject}: {reason}.",
      remedy: "Check that the address belongs to this machine, and that you may use the port.",
    },
    zh: {
      what: "沙箱无法监听 {subject}：{reason}。",
      remedy: "请确认该地址属于本机，并且当前用户有权使用该端口。",
    },
  },
  SANDBOX_DATA_UNUSABLE: {
    retry: "never",
    en: {
      what: "The sandbox cannot keep its data in {subject}: {reason}.",
      remedy:
        "Give a folder that you may write to and that has room; delete what an older sandbox left there if it is damaged.",
    },
    zh: {
      what: "沙箱无法在 {subject} 保存数据：{reason}。",
      remedy: "请指定一个可写且有剩余空间的文件夹；如果其中旧的沙箱数据已损坏，请先将其删除。",
    },
  },
} as const satisfies ErrorTable;
