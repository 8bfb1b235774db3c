import type { ErrorTable } from "./table.ts";

/** Errors of the kinds: what a document asks for and the world does not give. */
export const kindErrors = {
  // HarborRegistry and ProjectBinding
  CREDENTIAL_SOURCE_MISSING: {
    retry: "never",
    en: {
      what: "{subject}: {source}, which should hold the credential, can not be read: {reason}.",
      remedy:
        "Create it with the user name and password of a Harbor administrator, or correct `spec.credential`.",
    },
    zh: {
      what: "{subject}：无法读取存放凭据的 {source}：{reason}。",
      remedy: "请在其中写入 Harbor 管理员的用户名和密码，或更正 `spec.credential`。",
    },
  },
  CREDENTIAL_INCOMPLETE: {
    retry: "never",
    en: {
      what: "{subject}: {source} holds no {field}. Nothing was written anywhere.",
      remedy: "Fill it in; Moorline never works with an empty credential.",
    },
    zh: {
      what: "{subject}：{source} 中缺少{field}。未写入任何内容。",
      remedy: "请补全；Moorline 不会使用空凭据。",
    },
  },
  CREDENTIAL_MALFORMED: {
    retry: "never",
    en: {
      what: "{subject}: the credential in {source} can not be right: {reason}. Nothing was written anywhere.",
      remedy: "Write it again without what does not belong to it.",
    },
    zh: {
      what: "{subject}：{source} 中的凭据格式有误：{reason}。未写入任何内容。",
      remedy: "请去除多余内容后重新写入。",
    },
  },
  CREDENTIAL_NOT_PROVED: {
    retry: "never",
    en: {
      what: "The new credential for {subject} was not accepted by Harbor ({reason}), so it was written nowhere; what was there stays.",
      remedy:
        "Look at Harbor's core log for the robot's name; `moorline apply` tries again with a new robot.",
    },
    zh: {
      what: "Harbor 未接受 {subject} 的新凭据（{reason}），因此没有写入任何地方，原有内容保持不变。",
      remedy: "请在 Harbor core 日志中查找该机器人账户；再次运行 `moorline apply` 会使用新的机器人账户重试。",
    },
  },
  SECRET_CHANGED_MEANWHILE: {
    retry: "now",
    en: {
      what: "{subject} was changed by somebody else while Moorline was about to write it.",
      remedy: "Nothing to do: Moorline looks at it again and plans anew.",
    },
    zh: {
      what: "Moorline 准备写入 {subject} 时，它已被其他程序修改。",
      remedy: "无需处理：Moorline 会重新读取并重新规划。",
    },
  },
  SERVICE_ACCOUNT_VANISHED: {
    retry: "never",
    en: {
      what: "{subject} was deleted, or its project was, before it could be given the Secret.",
      remedy:
        "Run `moorline apply` again: what no project holds any more is taken back, and a service account that is there is linked.",
    },
    zh: {
      what: "{subject} 或其所在项目在关联 Secret 之前已被删除。",
      remedy: "请再次运行 `moorline apply`：不再有项目持有的内容会被收回，仍存在的服务账户会完成关联。",
    },
  },
  PROJECT_VANISHED: {
    retry: "never",
    en: {
      what: "The project (namespace) {subject} was deleted while Moorline was at work in it; the robot made for it was taken back.",
      remedy:
        "Nothing more is to be done if that was meant: run `moorline apply` again, and take the name out of the document if it stands there. Otherwise make the project anew first.",
    },
    zh: {
      what: "Moorline 处理项目（命名空间）{subject} 时它已被删除；为其创建的机器人账户已收回。",
      remedy:
        "若属预期则无需其他操作：请再次运行 `moorline apply`，文档中若写有该名称请将其去掉。否则请先重新创建该项目。",
    },
  },
  // HarborCertificate and NodeTrust
  ROTATION_NOTHING: {
    retry: "never",
    en: {
      what: "There is no {subject} that could be rotated so.",
      remedy: "Give documents of that kind with -f.",
    },
    zh: { what: "没有可以这样轮换的 {subject}。", remedy: "请使用 -f 提供该类型的文档。" },
  },
  ROTATION_NOT_OURS: {
    retry: "never",
    en: {
      what: "{subject}: somebody else issues this, so it can not be rotated here.",
      remedy:
        "A certificate that was brought along, an intermediate and the CA of an ACME server are replaced where they come from; `moorline apply` then delivers the new one.",
    },
    zh: {
      what: "{subject}：由他人签发，无法在此轮换。",
      remedy:
        "自带证书、中间 CA 以及 ACME 服务器的 CA 需在其来源处更换；随后执行 `moorline apply` 分发新证书。",
    },
  },
  TRUST_SOURCE_MISSING: {
    retry: "never",
    en: {
      what: "{subject} is not there.",
      remedy: "Put it there, or correct the field of the document that names it.",
    },
    zh: { what: "{subject} 不存在。", remedy: "请将其放到该位置，或更正文档中引用它的字段。" },
  },
  CERTIFICATE_NOT_ISSUED_YET: {
    retry: "never",
    en: {
      what: "What HarborCertificate/{subject} issues can not be found from here.",
      remedy:
        "Apply that document first. On a machine that has neither its CA's folder nor a delivered copy, refer to the files themselves (`file`, `files`).",
    },
    zh: {
      what: "在本机找不到 HarborCertificate/{subject} 签发的内容。",
      remedy: "请先应用该文档。若本机既没有 CA 目录也没有分发的副本，请直接引用文件（`file`、`files`）。",
    },
  },
  CERTIFICATE_LIST_REFUSED: {
    retry: "never",
    en: {
      what: "The revocation list in {subject} is not used: {reason}.",
      remedy:
        "Put the right file there, or take it out of `crl.additional`. Nothing was changed: a list that does not hold would have nginx refuse every client.",
    },
    zh: {
      what: "未使用 {subject} 中的吊销列表：{reason}。",
      remedy:
        "请提供正确的文件，或从 `crl.additional` 中移除。未做任何更改：无效的列表会使 nginx 拒绝所有客户端。",
    },
  },
  CERTIFICATE_STORE_CHANGED: {
    retry: "now",
    en: {
      what: "{subject} was changed by somebody else while Moorline was about to write it.",
      remedy: "Nothing to do: Moorline looks at it again and plans anew.",
    },
    zh: {
      what: "Moorline 准备写入 {subject} 时，它已被其他程序修改。",
      remedy: "无需处理：Moorline 会重新读取并重新规划。",
    },
  },
  CERTIFICATE_AUTHORITY_BROKEN: {
    retry: "never",
    en: {
      what: "The CA in {subject} can not be used: {reason}. Nothing was written.",
      remedy:
        "Bring the missing or right file back from your backup. Moorline never makes a new CA over one that clients may trust; to begin anew, name another place.",
    },
    zh: {
      what: "{subject} 中的 CA 无法使用：{reason}。未写入任何内容。",
      remedy:
        "请从备份中恢复缺失或正确的文件。Moorline 不会覆盖客户端可能已信任的 CA；如需重新开始，请指定其他位置。",
    },
  },
  CERTIFICATE_NOT_USABLE: {
    retry: "never",
    en: {
      what: "The certificate of {subject} was refused, and nothing was written: {reason}",
      remedy: "Mend what is named, then apply again; what is in use stays in use.",
    },
    zh: {
      what: "{subject} 的证书未通过检查，未写入任何内容：{reason}",
      remedy: "请修正上述问题后重新应用；正在使用的证书保持不变。",
    },
  },
  PASSPHRASE_MISSING: {
    retry: "never",
    en: {
      what: "{subject}: the passphrase in {source} is missing or empty.",
      remedy: "Set it; Moorline never writes a key that should be encrypted without its passphrase.",
    },
    zh: {
      what: "{subject}：{source} 中没有口令或口令为空。",
      remedy: "请设置口令；应加密的私钥缺少口令时，Moorline 不会写入。",
    },
  },
  NODE_NO_RUNTIME: {
    retry: "never",
    en: {
      what: "No container runtime was found on {subject}: neither containerd, docker nor CRI-O.",
      remedy: "Run this on a node, or name `runtimes` and `paths` in the document.",
    },
    zh: {
      what: "在 {subject} 上未找到容器运行时：containerd、docker、CRI-O 均不存在。",
      remedy: "请在节点上运行，或在文档中填写 `runtimes` 和 `paths`。",
    },
  },
  NODE_FILE_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} can not be understood, so nothing was changed: {reason}",
      remedy: "Correct the file, then run this again.",
    },
    zh: { what: "无法解析 {subject}，未做任何修改：{reason}", remedy: "请修正该文件后重新运行。" },
  },
  NODE_TRUST_NOT_PROVED: {
    retry: "later",
    en: {
      what: "{subject} does not answer to the new CA or client certificate alone ({reason}), so what is trusted now stays.",
      remedy: "Bring Harbor's certificate and the document together, then run this again.",
    },
    zh: {
      what: "仅使用新的 CA 或客户端证书无法与 {subject} 完成握手（{reason}），现有信任保持不变。",
      remedy: "请确认 Harbor 的证书与文档一致后重新运行。",
    },
  },
  CLUSTER_KUBECONFIG_MISSING: {
    retry: "never",
    en: {
      what: "{subject} means another cluster, but there is no kubeconfig in {source}.",
      remedy:
        "Put the kubeconfig there, or correct `spec.cluster`. A Cluster of KubeSphere has one once the member has joined.",
    },
    zh: {
      what: "{subject} 指向另一个集群，但 {source} 中没有 kubeconfig。",
      remedy:
        "请在该处放入 kubeconfig，或更正 `spec.cluster`。KubeSphere 的 Cluster 对象在成员集群加入后才有 kubeconfig。",
    },
  },
} as const satisfies ErrorTable;
