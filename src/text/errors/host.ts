import type { ErrorTable } from "./table.ts";

/** Errors of files and commands on a host. `{subject}` is the path, or the command. */
export const hostErrors = {
  HOST_READ_ONLY: {
    retry: "never",
    en: {
      what: "{subject} was not changed: its file system is read-only.",
      remedy:
        "Remount it writable (`findmnt -T {subject}` shows it), or look into the kernel log for disk errors that made it read-only; then run this again.",
    },
    zh: {
      what: "{subject} 未做任何修改：其所在文件系统为只读。",
      remedy:
        "请将其重新挂载为可写（`findmnt -T {subject}` 可查看），或检查内核日志中导致只读的磁盘错误，然后重新运行。",
    },
  },
  HOST_DISK_FULL: {
    retry: "never",
    en: {
      what: "{subject} was not changed: there is no room left on its file system ({reason}).",
      remedy:
        "Free space or inodes (`df -h {subject}`, `df -i {subject}`), or raise the quota; then run this again.",
    },
    zh: {
      what: "{subject} 未做任何修改：其所在文件系统空间不足（{reason}）。",
      remedy: "请释放磁盘空间或 inode（`df -h {subject}`、`df -i {subject}`），或提高配额，然后重新运行。",
    },
  },
  HOST_PERMISSION_DENIED: {
    retry: "never",
    en: {
      what: "{subject} may not be read or changed by this user ({reason}).",
      remedy:
        "Run this as root, or give the user rights on the file and its folder; `namei -l {subject}` shows who may what. A file that even root may not change has the immutable flag (`lsattr {subject}`).",
    },
    zh: {
      what: "当前用户无权读取或修改 {subject}（{reason}）。",
      remedy:
        "请以 root 身份运行，或为该用户授予文件及其目录的权限；`namei -l {subject}` 可查看各级权限。若 root 也无法修改，则文件带有不可变标志（`lsattr {subject}`）。",
    },
  },
  HOST_NOT_A_DIRECTORY: {
    retry: "never",
    en: {
      what: "{subject} leads through something that is not a folder.",
      remedy: "`namei -l {subject}` shows which part is a file; move it away or name another path.",
    },
    zh: {
      what: "{subject} 的路径中有一部分不是目录。",
      remedy: "`namei -l {subject}` 可查看哪一部分是文件；请将其移走，或改用其他路径。",
    },
  },
  HOST_NOT_A_FILE: {
    retry: "never",
    en: {
      what: "{subject} is not a regular file.",
      remedy: "Move what lies there away, or name another path.",
    },
    zh: { what: "{subject} 不是普通文件。", remedy: "请移走该处的目录或设备，或改用其他路径。" },
  },
  HOST_NOT_FOUND: {
    retry: "never",
    en: {
      what: "{subject} is not there, or its folder is missing.",
      remedy: "Check the path, and make the folder if it is meant to be there.",
    },
    zh: { what: "{subject} 不存在，或其所在目录不存在。", remedy: "请检查路径；如确需该目录，请先创建。" },
  },
  HOST_DIRECTORY_NOT_EMPTY: {
    retry: "never",
    en: {
      what: "The folder {subject} was kept, because it is not empty.",
      remedy: "Look at what else lies in it; Moorline removes only what it made.",
    },
    zh: {
      what: "目录 {subject} 非空，已保留。",
      remedy: "请检查其中的其他文件；Moorline 只删除自己创建的内容。",
    },
  },
  HOST_FILE_TOO_LARGE: {
    retry: "never",
    en: {
      what: "{subject} is larger than {limit} bytes, more than a file of its kind can be.",
      remedy: "Check that the path names the right file.",
    },
    zh: { what: "{subject} 超过 {limit} 字节，同类文件不应这么大。", remedy: "请确认路径指向正确的文件。" },
  },
  HOST_PATH_ESCAPES: {
    retry: "never",
    en: {
      what: "The path {subject} is not used: {reason}.",
      remedy: "Name the file itself by an absolute path without “..”; replace links that lead elsewhere.",
    },
    zh: {
      what: "不使用路径 {subject}：{reason}。",
      remedy: "请使用不含“..”的绝对路径直接指定文件，并替换指向别处的链接。",
    },
  },
  HOST_FILE_FAILED: {
    retry: "never",
    en: {
      what: "{subject} could not be read or changed: {reason}.",
      remedy: "Look into the kernel log for errors of the disk or the file system; then run this again.",
    },
    zh: {
      what: "无法读取或修改 {subject}：{reason}。",
      remedy: "请检查内核日志中的磁盘或文件系统错误，然后重新运行。",
    },
  },
  HOST_COMMAND_NOT_FOUND: {
    retry: "never",
    en: {
      what: "The command {command} is not there or may not be executed ({reason}).",
      remedy: "Install the package that brings it, or put its folder on PATH.",
    },
    zh: {
      what: "命令 {command} 不存在或不可执行（{reason}）。",
      remedy: "请安装提供该命令的软件包，或将其目录加入 PATH。",
    },
  },
  HOST_COMMAND_NOT_STARTED: {
    retry: "later",
    en: {
      what: "The command {command} could not be started ({reason}).",
      remedy: "Check the machine's free memory and its limit of processes (`ulimit -u`).",
    },
    zh: {
      what: "无法启动命令 {command}（{reason}）。",
      remedy: "请检查机器的可用内存与进程数上限（`ulimit -u`）。",
    },
  },
  HOST_COMMAND_FAILED: {
    retry: "never",
    en: {
      what: "`{subject}` failed with exit code {exitCode}: {reason}",
      remedy: "Mend what it names and run this again; the same command can be tried by hand.",
    },
    zh: {
      what: "`{subject}` 执行失败，退出码 {exitCode}：{reason}",
      remedy: "请修复其指出的问题后重新运行；也可手动执行同一命令进行排查。",
    },
  },
  HOST_COMMAND_TIMEOUT: {
    retry: "later",
    en: {
      what: "The command {subject} did not end within {seconds} s and was stopped.",
      remedy: "Look at what it waits for by running it by hand; then try again.",
    },
    zh: {
      what: "命令 {subject} 在 {seconds} 秒内未结束，已被终止。",
      remedy: "请手动执行以查看其在等待什么，然后重试。",
    },
  },
  HOST_COMMANDS_UNAVAILABLE: {
    retry: "never",
    en: {
      what: "{subject} was not run: the files under {root} stand for another machine, and commands would act on this one.",
      remedy: "Run the command on the machine that the files are for.",
    },
    zh: {
      what: "未执行 {subject}：{root} 下的文件代表另一台机器，而命令会作用于本机。",
      remedy: "请在这些文件所属的机器上执行该命令。",
    },
  },
} as const satisfies ErrorTable;
