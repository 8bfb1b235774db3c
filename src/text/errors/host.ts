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
  HOST_DIAL_FAILED: {
    retry: "later",
    en: {
      what: "No connection to {subject} could be opened from there ({reason}).",
      remedy:
        "ECONNREFUSED: nothing listens on that port. ENOTFOUND: that machine does not know the name. ETIMEDOUT or EHOSTUNREACH: a firewall or a route is in the way. Try `curl -v telnet://{subject}` on that machine.",
    },
    zh: {
      what: "无法从该机器连接到 {subject}（{reason}）。",
      remedy:
        "ECONNREFUSED 表示该端口无服务监听；ENOTFOUND 表示该机器无法解析此名称；ETIMEDOUT 或 EHOSTUNREACH 表示被防火墙或路由阻断。可在该机器上执行 `curl -v telnet://{subject}` 排查。",
    },
  },
  HOST_SSH_UNREACHABLE: {
    retry: "later",
    en: {
      what: "No SSH connection to {subject} could be made: {reason}.",
      remedy:
        "Check the address and port, that sshd runs there, and the firewalls in between (`ssh -v {subject}`).",
    },
    zh: {
      what: "无法通过 SSH 连接 {subject}：{reason}。",
      remedy: "请检查地址与端口、对端 sshd 是否运行，以及途中的防火墙（可用 `ssh -v {subject}` 排查）。",
    },
  },
  HOST_SSH_HOST_KEY_UNKNOWN: {
    retry: "never",
    en: {
      what: "{subject} was not trusted: it shows the {type} key {seen}, and {place} holds no key of it. Nothing was sent.",
      remedy:
        "Read the fingerprint on the machine itself, not over this network (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`). If it is the same, add its line to known_hosts, or write the public key into `hostKey` of the document.",
    },
    zh: {
      what: "未信任 {subject}：其出示的 {type} 密钥为 {seen}，而 {place} 中没有该机器的密钥。未发送任何数据。",
      remedy:
        "请在该机器本地（不要经由此网络）核对指纹：`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`。一致时将对应行加入 known_hosts，或将公钥写入文档的 `hostKey`。",
    },
  },
  HOST_SSH_HOST_KEY_CHANGED: {
    retry: "never",
    en: {
      what: "{subject} is not the machine that it should be: it shows the {type} key {seen}, but {place} expects {expected}. Nothing was sent.",
      remedy:
        "Somebody may be between you and the machine. Only if it was installed anew or its key was changed on purpose: read the new fingerprint on the machine itself (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), then replace the old key in {place}.",
    },
    zh: {
      what: "{subject} 不是预期的机器：其出示的 {type} 密钥为 {seen}，而 {place} 要求 {expected}。未发送任何数据。",
      remedy:
        "可能存在中间人攻击。仅当该机器确已重装或有意更换密钥时：请在机器本地核对新指纹（`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`），再替换 {place} 中的旧密钥。",
    },
  },
  HOST_SSH_HOST_KEY_REVOKED: {
    retry: "never",
    en: {
      what: "{subject} shows the {type} key {seen}, which {place} marks as revoked. Nothing was sent.",
      remedy:
        "Whoever revoked it says that it must not be used. Give the machine a new host key, or find out who answers there.",
    },
    zh: {
      what: "{subject} 出示的 {type} 密钥 {seen} 已在 {place} 中标记为吊销。未发送任何数据。",
      remedy: "该密钥已被吊销，不得再使用。请为该机器更换主机密钥，或查明是谁在应答。",
    },
  },
  HOST_SSH_CERTIFICATE_UNSUPPORTED: {
    retry: "never",
    en: {
      what: "{subject} was not trusted: {place} vouches for it only by @cert-authority, and host certificates are not supported. It shows the {type} key {seen}.",
      remedy:
        "Add a plain line with the machine's own public key to known_hosts, or write the key into `hostKey` of the document. OpenSSH, which does verify the certificate, can fetch it: `ssh <machine> cat /etc/ssh/ssh_host_ed25519_key.pub`.",
    },
    zh: {
      what: "未信任 {subject}：{place} 仅通过 @cert-authority 为其背书，而目前不支持主机证书。其出示的 {type} 密钥为 {seen}。",
      remedy:
        "请在 known_hosts 中加入该机器自身公钥的普通行，或将公钥写入文档的 `hostKey`。OpenSSH 会验证主机证书，可用它取得公钥：`ssh <机器> cat /etc/ssh/ssh_host_ed25519_key.pub`。",
    },
  },
  HOST_SSH_KNOWN_HOSTS_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} is not a usable file of host keys: {reason}.",
      remedy:
        "Mend or remove that line (`ssh-keygen -lf {subject}` reads the file too), or name another file.",
    },
    zh: {
      what: "{subject} 不是可用的主机密钥文件：{reason}。",
      remedy: "请修正或删除该行（`ssh-keygen -lf {subject}` 也可读取此文件），或指定其他文件。",
    },
  },
  HOST_SSH_IDENTITY_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} can not be used as a private SSH key: {reason}.",
      remedy:
        "Name the private key (not the .pub file), in OpenSSH's or PEM format; `ssh-keygen -yf {subject}` must be able to read it.",
    },
    zh: {
      what: "{subject} 不能用作 SSH 私钥：{reason}。",
      remedy:
        "请指定私钥文件（而非 .pub 文件），格式为 OpenSSH 或 PEM；`ssh-keygen -yf {subject}` 应能读取它。",
    },
  },
  HOST_SSH_PASSPHRASE_WRONG: {
    retry: "never",
    en: {
      what: "The private SSH key {subject} is encrypted, and {reason}.",
      remedy:
        "Set `identityPassphrase.environment` or `identityPassphrase.file` to where its passphrase is, or use the SSH agent (`agent: true`).",
    },
    zh: {
      what: "SSH 私钥 {subject} 已加密，且{reason}。",
      remedy:
        "请通过 `identityPassphrase.environment` 或 `identityPassphrase.file` 提供口令，或使用 SSH 代理（`agent: true`）。",
    },
  },
  HOST_SSH_AGENT_UNAVAILABLE: {
    retry: "never",
    en: {
      what: "The SSH agent for {subject} does not answer: {reason}.",
      remedy:
        "Start one and add the key (`eval $(ssh-agent)`, `ssh-add`), forward yours (`ssh -A`), or name an identityFile.",
    },
    zh: {
      what: "用于 {subject} 的 SSH 代理无响应：{reason}。",
      remedy:
        "请启动代理并添加密钥（`eval $(ssh-agent)`、`ssh-add`），转发现有代理（`ssh -A`），或指定 identityFile。",
    },
  },
  HOST_SSH_LOGIN_REFUSED: {
    retry: "never",
    en: {
      what: "{subject} lets user {user} not in with {tried}.",
      remedy:
        "Add the public key to ~{user}/.ssh/authorized_keys there, with ~{user}, .ssh and the file writable by {user} only; sshd's log says why it refused (`journalctl -u ssh`).",
    },
    zh: {
      what: "{subject} 拒绝用户 {user} 使用{tried}登录。",
      remedy:
        "请将公钥加入对端 ~{user}/.ssh/authorized_keys，并确保 ~{user}、.ssh 与该文件仅 {user} 可写；拒绝原因见 sshd 日志（`journalctl -u ssh`）。",
    },
  },
  HOST_SSH_CONNECTION_LOST: {
    retry: "later",
    en: {
      what: "The SSH connection to {host} was lost during the work on {subject}. A file that was being written is there whole, the old one or the new one.",
      remedy: "Check the network and the machine, and run this again: what is done is found done.",
    },
    zh: {
      what: "处理 {subject} 时与 {host} 的 SSH 连接中断。正在写入的文件仍然完整：要么是旧文件，要么是新文件。",
      remedy: "请检查网络与机器后重新运行；已完成的部分会被识别，不会重复。",
    },
  },
  HOST_SSH_NO_SHELL: {
    retry: "never",
    en: {
      what: "{host} let {user} in, but ran no command: {reason}",
      remedy:
        "The user needs a login shell and may not be held to one command (`command=` in authorized_keys, ForceCommand in sshd_config).",
    },
    zh: {
      what: "{host} 允许 {user} 登录，但未执行命令：{reason}",
      remedy:
        "该用户需要登录 shell，且不得被限定为单一命令（authorized_keys 中的 `command=` 或 sshd_config 中的 ForceCommand）。",
    },
  },
  HOST_SSH_FORWARDING_REFUSED: {
    retry: "never",
    en: {
      what: "{host} does not open connections for us, so that nothing can be proved over its network ({subject}).",
      remedy:
        "Allow it for this user: `AllowTcpForwarding local` (with `PermitOpen {subject}` if it should be no more) in sshd_config; then reload sshd.",
    },
    zh: {
      what: "{host} 不允许转发连接，因此无法经由其网络进行验证（{subject}）。",
      remedy:
        "请在 sshd_config 中为该用户启用 `AllowTcpForwarding local`（可用 `PermitOpen {subject}` 限定范围），然后重新加载 sshd。",
    },
  },
  HOST_SUDO_REFUSED: {
    retry: "never",
    en: {
      what: "`sudo -n` did not let {user} work as root on {host}: {reason}",
      remedy:
        "Moorline never types a password. Allow it without one (`{user} ALL=(root) NOPASSWD: /bin/sh` by visudo), log in as root, or leave out `sudo: true`.",
    },
    zh: {
      what: "`sudo -n` 不允许 {user} 在 {host} 上以 root 身份执行：{reason}",
      remedy:
        "Moorline 不会输入密码。请通过 visudo 配置免密（`{user} ALL=(root) NOPASSWD: /bin/sh`），或以 root 登录，或去掉 `sudo: true`。",
    },
  },
} as const satisfies ErrorTable;
