import type { ErrorTable } from "./table.ts";

/** Errors of mutual TLS at Harbor's proxy. */
export const mutualTlsErrors = {
  MUTUAL_TLS_OVERRIDE_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} can not be understood: {reason}. Nothing was changed.",
      remedy: "Correct the file; docker-compose would stop at it too the next time that Harbor is started.",
    },
    zh: {
      what: "无法解析 {subject}：{reason}。未做任何修改。",
      remedy: "请修正该文件；下次启动 Harbor 时 docker-compose 同样会因此失败。",
    },
  },
  MUTUAL_TLS_NOT_SEEN: {
    retry: "never",
    en: {
      what: "The proxy's container does not see what was written to {subject}: that folder was replaced since the container was made.",
      remedy:
        "Run `docker-compose up -d --force-recreate proxy` at a quiet moment, then `moorline apply` again.",
    },
    zh: {
      what: "代理容器看不到写入 {subject} 的内容：容器创建之后该目录已被替换。",
      remedy: "请在空闲时运行 `docker-compose up -d --force-recreate proxy`，然后重新运行 `moorline apply`。",
    },
  },
  MUTUAL_TLS_NOT_SERVING: {
    retry: "never",
    en: {
      what: "{subject} does not serve as it should: {problems}.",
      remedy:
        "`+cert` is a request with Moorline's client certificate, `-cert` one without. Look into /var/log/harbor/proxy.log for what nginx says of it.",
    },
    zh: {
      what: "{subject} 的服务状态不符合预期：{problems}。",
      remedy:
        "`+cert` 表示使用 Moorline 的客户端证书的请求，`-cert` 表示不带证书的请求。请查看 /var/log/harbor/proxy.log 中 nginx 的说明。",
    },
  },
  MUTUAL_TLS_PUT_BACK: {
    retry: "never",
    en: {
      what: "{subject}: mutual TLS was not changed, because: {reason} What was there before was put back, and serves.",
      remedy: "Mend what it says, then run `moorline apply` again.",
    },
    zh: {
      what: "{subject}：未能更改双向 TLS，原因：{reason} 已恢复原有配置，并确认可正常提供服务。",
      remedy: "请根据提示排除故障，然后重新运行 `moorline apply`。",
    },
  },
  MUTUAL_TLS_NOT_PUT_BACK: {
    retry: "never",
    en: {
      what: "{subject}: changing mutual TLS failed: {reason} Putting back what was there failed as well: {second}",
      remedy:
        "Set `tls.mutual: off` and run `moorline apply`: that needs neither a CA nor a proxy that runs. By hand: remove server.conf from the folder `nginx` of /etc/moorline/harbor/<name>, then `docker restart nginx`.",
    },
    zh: {
      what: "{subject}：更改双向 TLS 失败：{reason} 恢复原有配置也失败了：{second}",
      remedy:
        "请设置 `tls.mutual: off` 并运行 `moorline apply`：该操作不依赖 CA，也不要求代理正在运行。手动处理：从 /etc/moorline/harbor/<名称> 的 `nginx` 目录删除 server.conf，然后执行 `docker restart nginx`。",
    },
  },
  MUTUAL_TLS_NO_LOG: {
    retry: "never",
    en: {
      what: "{subject} has no log of clients: it is kept for a docker-compose Harbor whose HarborRegistry sets `tls.mutual` to observe or enforce.",
      remedy:
        "Set `tls.mutual: observe` and `deployment.compose`, run `moorline apply`, and come back after some pulls.",
    },
    zh: {
      what: "{subject} 没有客户端日志：仅当 HarborRegistry 将 `tls.mutual` 设为 observe 或 enforce 且 Harbor 由 docker-compose 部署时才有。",
      remedy:
        "请设置 `tls.mutual: observe` 与 `deployment.compose`，运行 `moorline apply`，待有镜像拉取后再查看。",
    },
  },
} as const satisfies ErrorTable;
