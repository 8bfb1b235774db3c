import type { ErrorTable } from "./table.ts";

/** Errors of a Harbor that docker-compose runs: its folder, its harbor.yml, its containers. */
export const harborComposeErrors = {
  HARBOR_YML_MISSING: {
    retry: "never",
    en: {
      what: "{subject} is not there, so this is not the folder of a docker-compose Harbor.",
      remedy:
        "Correct `directory`: it is where Harbor's installer was unpacked, with harbor.yml and prepare.",
    },
    zh: {
      what: "{subject} 不存在，该目录不是 docker-compose 方式部署的 Harbor 目录。",
      remedy: "请更正 `directory`：应为 Harbor 安装包解压后的目录，其中包含 harbor.yml 和 prepare。",
    },
  },
  HARBOR_YML_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} can not be understood: {reason}. Nothing was changed.",
      remedy:
        "Correct the file; Harbor's own `prepare` would fail on it too, after wiping its configuration.",
    },
    zh: {
      what: "无法解析 {subject}：{reason}。未做任何修改。",
      remedy: "请修正该文件；Harbor 自带的 `prepare` 同样会失败，而且会先清空现有配置。",
    },
  },
  HARBOR_YML_NOT_EDITABLE: {
    retry: "never",
    en: {
      what: "{subject} can not be edited without changing more than was asked: {reason}. Nothing was changed.",
      remedy: "Set {fields} in it by hand, then run this again.",
    },
    zh: {
      what: "修改 {subject} 时无法保证不影响其他内容：{reason}。未做任何修改。",
      remedy: "请手动设置其中的 {fields}，然后重新运行。",
    },
  },
  HARBOR_YML_REFUSED: {
    retry: "never",
    en: {
      what: "{subject} would make Harbor's `prepare` fail, after it has wiped its configuration: {problems}. So it was not run, and nothing was changed.",
      remedy: "Correct these places in the file, then run this again.",
    },
    zh: {
      what: "按照 {subject} 运行 Harbor 的 `prepare` 会失败，并且会先清空现有配置：{problems}。因此没有运行，也未做任何修改。",
      remedy: "请修正文件中的上述问题，然后重新运行。",
    },
  },
  HARBOR_COMPOSE_VERSION_UNSUPPORTED: {
    retry: "never",
    en: {
      what: "{subject} is of Harbor {version}; Moorline knows the installers of {oldest} to {newest}. Nothing was changed.",
      remedy: "Upgrade Harbor, or Moorline, until they know each other.",
    },
    zh: {
      what: "{subject} 属于 Harbor {version}；Moorline 支持 {oldest} 至 {newest} 的安装包。未做任何修改。",
      remedy: "请升级 Harbor 或 Moorline，使二者版本匹配。",
    },
  },
  HARBOR_COMPOSE_NOT_MIGRATED: {
    retry: "never",
    en: {
      what: "{subject} is of Harbor {version}, but the installer beside it is of {installer}. Nothing was changed.",
      remedy:
        "Finish the upgrade first: `prepare migrate` rewrites harbor.yml for the new version; Harbor's upgrade guide has the steps.",
    },
    zh: {
      what: "{subject} 属于 Harbor {version}，而同目录的安装包为 {installer}。未做任何修改。",
      remedy: "请先完成升级：`prepare migrate` 会将 harbor.yml 改写为新版本格式，步骤见 Harbor 升级文档。",
    },
  },
  HARBOR_COMPOSE_NOT_INSTALLED: {
    retry: "never",
    en: {
      what: "{subject} is not there: this Harbor was unpacked, but never installed.",
      remedy: "Run its install.sh once; from then on Moorline looks after its certificate.",
    },
    zh: {
      what: "{subject} 不存在：Harbor 已解压但尚未安装。",
      remedy: "请先运行一次 install.sh；此后由 Moorline 维护其证书。",
    },
  },
  HARBOR_COMPOSE_COMMAND_MISSING: {
    retry: "never",
    en: {
      what: "{subject} has neither `docker compose` nor `docker-compose`, so its Harbor can not be worked with.",
      remedy:
        "Install the compose plugin of docker (v2), or docker-compose, for the user that Moorline works as.",
    },
    zh: {
      what: "{subject} 上既没有 `docker compose` 也没有 `docker-compose`，无法操作其中的 Harbor。",
      remedy: "请为 Moorline 所用的用户安装 docker 的 compose 插件（v2）或 docker-compose。",
    },
  },
  HARBOR_COMPOSE_COMMAND_FAILED: {
    retry: "never",
    en: {
      what: "{subject}: `{command}` failed with exit code {exitCode}: {reason}",
      remedy: "Mend what it says; the docker daemon's own log (`journalctl -u docker`) often says more.",
    },
    zh: {
      what: "{subject}：`{command}` 执行失败，退出码 {exitCode}：{reason}",
      remedy: "请根据提示排除故障；docker 守护进程日志（`journalctl -u docker`）通常有更多信息。",
    },
  },
  HARBOR_COMPOSE_NOT_UP: {
    retry: "never",
    en: {
      what: "{subject}: not all of Harbor's containers stay up: {services}.",
      remedy: "Look into their logs below /var/log/harbor, or with `docker logs`.",
    },
    zh: {
      what: "{subject}：部分 Harbor 容器未能持续运行：{services}。",
      remedy: "请查看 /var/log/harbor 下的日志，或使用 `docker logs`。",
    },
  },
  HARBOR_COMPOSE_PROXY_NOT_RUNNING: {
    retry: "never",
    en: {
      what: "{subject}: Harbor's proxy container does not run ({state}), so nobody is served.",
      remedy:
        "`docker logs nginx` and /var/log/harbor/proxy.log say why; start it, or let `moorline apply` do it.",
    },
    zh: {
      what: "{subject}：Harbor 的代理容器未运行（{state}），无法提供服务。",
      remedy:
        "`docker logs nginx` 和 /var/log/harbor/proxy.log 中有原因；请启动它，或运行 `moorline apply`。",
    },
  },
  HARBOR_COMPOSE_PROXY_CONFIG_REFUSED: {
    retry: "never",
    en: {
      what: "{subject}: nginx refuses its configuration, so it was not reloaded and serves what it served: {reason}",
      remedy:
        "Mend the file that it names; additions of your own lie in common/config/nginx/conf.d or in docker-compose.override.yml.",
    },
    zh: {
      what: "{subject}：nginx 配置检查未通过，因此没有重新加载，仍按原配置提供服务：{reason}",
      remedy:
        "请修正其中指出的文件；自行添加的配置位于 common/config/nginx/conf.d 或 docker-compose.override.yml 中。",
    },
  },
  COMPOSE_DELIVERY_REFUSED: {
    retry: "never",
    en: {
      what: "The certificate was not delivered to Harbor in {subject}, and nothing was changed: {reason}",
      remedy: "Correct the document or what it names, then run this again.",
    },
    zh: {
      what: "未向 {subject} 中的 Harbor 分发证书，未做任何修改：{reason}",
      remedy: "请更正文档或其引用的内容，然后重新运行。",
    },
  },
  COMPOSE_DELIVERY_UNSEEN: {
    retry: "never",
    en: {
      what: "Harbor in {subject} can not be reached at {at} from here ({reason}), so nothing could be proved of what it serves. Nothing was changed.",
      remedy: "Say in `connectTo` where it can be reached, or let this machine reach it.",
    },
    zh: {
      what: "从本机无法通过 {at} 访问 {subject} 中的 Harbor（{reason}），无法确认其提供的证书。未做任何修改。",
      remedy: "请在 `connectTo` 中填写可访问的地址，或使本机能够访问该地址。",
    },
  },
  COMPOSE_CERTIFICATE_NOT_SHOWN: {
    retry: "never",
    en: {
      what: "Harbor in {subject} does not show the certificate at {at}; it shows {shown}.",
      remedy:
        "Look at what stands between: a load balancer with a certificate of its own, another nginx on that port.",
    },
    zh: {
      what: "{subject} 中的 Harbor 未在 {at} 提供该证书；实际为 {shown}。",
      remedy: "请检查中间环节：是否有自带证书的负载均衡，或该端口上有其他 nginx。",
    },
  },
  COMPOSE_DELIVERY_UNDONE: {
    retry: "never",
    en: {
      what: "The certificate was not delivered to Harbor in {subject}: {reason} Everything was put back, and Harbor was seen to serve as before.",
      remedy: "Mend the cause, then run this again.",
    },
    zh: {
      what: "未能向 {subject} 中的 Harbor 分发证书：{reason} 所有内容已恢复原状，并已确认 Harbor 按原样提供服务。",
      remedy: "请排除上述原因，然后重新运行。",
    },
  },
  COMPOSE_DELIVERY_NOT_UNDONE: {
    retry: "never",
    en: {
      what: "HARBOR IN {subject} NEEDS YOU NOW. The certificate was not delivered: {reason} And what was there could not be put back: {undoing}",
      remedy:
        "What was there lies in {subject}/moorline-backups, in the folder that pending.json names; its manifest.json says where each file belongs. `moorline apply` tries again to go forward.",
    },
    zh: {
      what: "{subject} 中的 Harbor 需要立即处理。证书未能分发：{reason} 且未能恢复原状：{undoing}",
      remedy:
        "原有内容保存在 {subject}/moorline-backups 中由 pending.json 指明的目录，其中 manifest.json 列出各文件的原位置。再次运行 `moorline apply` 会继续尝试完成分发。",
    },
  },
  COMPOSE_DELIVERY_BUSY: {
    retry: "later",
    en: {
      what: "Another run of Moorline is changing Harbor in {subject}.",
      remedy: "Wait until it has ended. If none runs on any machine any more, remove the folder {lock}.",
    },
    zh: {
      what: "另一个 Moorline 进程正在修改 {subject} 中的 Harbor。",
      remedy: "请等待其结束。若确认所有机器上均无进程在运行，请删除目录 {lock}。",
    },
  },
} as const satisfies ErrorTable;
