import type { ErrorTable } from "./table.ts";

/**
 * Errors of Harbor's API and of OCI registries. `{subject}` is the call, method and URL; `{reason}` what the server
 * said; `{requestId}` stands in Harbor's core.log as `[requestID="…"]`.
 */
export const harborErrors = {
  HARBOR_NOT_HARBOR: {
    retry: "never",
    en: {
      what: "{subject} answers, but not as Harbor does: {reason}.",
      remedy:
        "Check the URL: it must lead to Harbor itself (`curl <url>/api/v2.0/ping` answers Pong), not to a portal, a proxy's login page or another registry.",
    },
    zh: {
      what: "{subject} 有响应，但不是 Harbor：{reason}。",
      remedy:
        "请检查地址：它必须指向 Harbor 本身（`curl <地址>/api/v2.0/ping` 返回 Pong），而不是门户、代理登录页或其他镜像仓库。",
    },
  },
  HARBOR_TOO_OLD: {
    retry: "never",
    en: {
      what: "{subject} is Harbor {version}; Moorline needs {minimum} or later.",
      remedy:
        "Upgrade Harbor; each upgrade may span two minor versions at most, so older ones need several steps.",
    },
    zh: {
      what: "{subject} 是 Harbor {version}，Moorline 需要 {minimum} 或更高版本。",
      remedy: "请升级 Harbor；每次升级最多跨两个次要版本，更旧的版本需要分步升级。",
    },
  },
  HARBOR_VERSION_UNKNOWN: {
    retry: "never",
    en: {
      what: "{subject} does not tell a version that can be read: {reason}.",
      remedy:
        "Harbor 2.13 and later tell it to logged-in callers only: give a credential. If there is one, check that the URL leads to Harbor.",
    },
    zh: {
      what: "无法读取 {subject} 的版本：{reason}。",
      remedy: "Harbor 2.13 及以上仅向已登录者提供版本：请提供凭据。若已提供，请确认地址指向 Harbor。",
    },
  },
  HARBOR_FEATURE_MISSING: {
    retry: "never",
    en: {
      what: "{subject} is Harbor {version}, which does not have {feature} (from {since} on).",
      remedy: "Upgrade Harbor, or leave out what needs it.",
    },
    zh: {
      what: "{subject} 是 Harbor {version}，不具备 {feature}（自 {since} 起提供）。",
      remedy: "请升级 Harbor，或去掉需要该功能的设置。",
    },
  },
  HARBOR_CREDENTIAL_MISSING: {
    retry: "never",
    en: {
      what: "{subject} needs a login, and no credential was given.",
      remedy: "Give a user or robot account with its password in the HarborRegistry's credential.",
    },
    zh: {
      what: "{subject} 需要登录，但没有提供凭据。",
      remedy: "请在 HarborRegistry 的凭据中提供用户或机器人账户及其密码。",
    },
  },
  HARBOR_CREDENTIAL_REFUSED: {
    retry: "never",
    en: {
      what: "{subject} refuses the credential of {username}.",
      remedy:
        "Harbor answers the same for a wrong password, a wrong robot secret, and a disabled or expired robot: check the secret, then the account in Harbor. It is not tried again at once, because each failed login locks the account for 1.5 s.",
    },
    zh: {
      what: "{subject} 拒绝了 {username} 的凭据。",
      remedy:
        "密码错误、机器人密钥错误、机器人被禁用或已过期，Harbor 的回答都相同：请先核对密钥，再在 Harbor 中检查该账户。每次登录失败会锁定账户 1.5 秒，因此不会立即重试。",
    },
  },
  HARBOR_FORBIDDEN: {
    retry: "never",
    en: {
      what: "{subject}: {username} may not do this ({reason}).",
      remedy:
        "Use an account with this right. A robot can never hold configuration or robot update rights; these need a user with system administrator rights. Harbor also answers so for a project that does not exist, when the caller is no administrator.",
    },
    zh: {
      what: "{subject}：{username} 无权执行此操作（{reason}）。",
      remedy:
        "请使用具备该权限的账户。机器人账户永远无法获得系统配置或更新机器人的权限，这些需要系统管理员用户。对于非管理员，项目不存在时 Harbor 也会这样回答。",
    },
  },
  HARBOR_READ_ONLY: {
    retry: "later",
    en: {
      what: "{subject}: Harbor is in read-only mode and takes no changes.",
      remedy:
        "Wait for the maintenance or garbage collection to end, or turn read-only mode off under Configuration, System Settings.",
    },
    zh: {
      what: "{subject}：Harbor 处于只读模式，不接受修改。",
      remedy: "请等待维护或垃圾回收结束，或在“配置管理 > 系统设置”中关闭只读模式。",
    },
  },
  HARBOR_CONFIGURATION_LOCKED: {
    retry: "never",
    en: {
      what: "{subject}: Harbor's settings are fixed by its environment (CONFIG_OVERWRITE_JSON).",
      remedy: "Change them where they are set: the Helm value core.configureUserSettings.",
    },
    zh: {
      what: "{subject}：Harbor 的配置由环境变量 CONFIG_OVERWRITE_JSON 固定。",
      remedy: "请在其来源处修改：Helm 的 core.configureUserSettings。",
    },
  },
  HARBOR_QUOTA_EXCEEDED: {
    retry: "never",
    en: {
      what: "{subject}: the project's storage quota is used up: {reason}",
      remedy: "Raise the quota, or delete images and run the garbage collection.",
    },
    zh: {
      what: "{subject}：项目的存储配额已用尽：{reason}",
      remedy: "请提高配额，或删除镜像并执行垃圾回收。",
    },
  },
  HARBOR_NOT_FOUND: {
    retry: "never",
    en: {
      what: "{subject}: not there: {reason}.",
      remedy: "Check the name; if it was deleted meanwhile, run `moorline plan` again.",
    },
    zh: {
      what: "{subject}：不存在：{reason}。",
      remedy: "请检查名称；若期间被删除，请重新运行 `moorline plan`。",
    },
  },
  HARBOR_CONFLICT: {
    retry: "now",
    en: {
      what: "{subject}: it exists already or was changed meanwhile: {reason}.",
      remedy: "Read the present state and plan again; Moorline does so by itself.",
    },
    zh: {
      what: "{subject}：对象已存在或期间被修改：{reason}。",
      remedy: "请读取最新状态并重新计划；Moorline 会自动这样做。",
    },
  },
  HARBOR_PRECONDITION: {
    retry: "never",
    en: {
      what: "{subject}: a condition does not hold: {reason}.",
      remedy: "Do away with what Harbor names there, then try again.",
    },
    zh: { what: "{subject}：前置条件不满足：{reason}。", remedy: "请先消除 Harbor 指出的问题，然后重试。" },
  },
  HARBOR_INVALID: {
    retry: "never",
    en: {
      what: "{subject}: Harbor does not accept the values: {reason}.",
      remedy: "Correct the value that Harbor names in the document.",
    },
    zh: { what: "{subject}：Harbor 不接受这些值：{reason}。", remedy: "请在文档中修正 Harbor 指出的值。" },
  },
  HARBOR_REQUEST_INVALID: {
    retry: "never",
    en: {
      what: "{subject} was not sent, because Harbor would not accept or would misread it: {reason}.",
      remedy: "Correct the value in the document.",
    },
    zh: {
      what: "{subject} 未发送，因为 Harbor 不会接受或会误解：{reason}。",
      remedy: "请在文档中修正该值。",
    },
  },
  HARBOR_TOO_MANY_REQUESTS: {
    retry: "later",
    en: {
      what: "{subject}: Harbor, or a proxy before it, asks for fewer requests.",
      remedy: "It is tried again later by itself; lower the parallelism if this happens often.",
    },
    zh: {
      what: "{subject}：Harbor 或其前面的代理要求降低请求频率。",
      remedy: "稍后会自动重试；若经常发生，请降低并发数。",
    },
  },
  HARBOR_UNAVAILABLE: {
    retry: "later",
    en: {
      what: "{subject}: Harbor failed with status {status}.",
      remedy:
        "It is tried again later by itself. Harbor hides the reason of such failures from its callers: look for {requestId} in the log of harbor-core.",
    },
    zh: {
      what: "{subject}：Harbor 出错，状态 {status}。",
      remedy:
        "稍后会自动重试。Harbor 不会告诉调用者此类错误的原因：请在 harbor-core 的日志中查找 {requestId}。",
    },
  },
  HARBOR_RESPONSE_UNEXPECTED: {
    retry: "never",
    en: {
      what: "{subject} answered something that Moorline cannot read: {reason}.",
      remedy: "Please report this with the version of Harbor; nothing was changed because of it.",
    },
    zh: {
      what: "{subject} 的响应无法解读：{reason}。",
      remedy: "请附上 Harbor 版本报告此问题；未因此作任何修改。",
    },
  },
  REGISTRY_REFERENCE_INVALID: {
    retry: "never",
    en: {
      what: "{subject} is not an image reference: {reason}.",
      remedy: "Write host[:port]/project/repository[:tag][@sha256:…], in lower case.",
    },
    zh: {
      what: "{subject} 不是有效的镜像引用：{reason}。",
      remedy: "请写成 主机[:端口]/项目/仓库[:标签][@sha256:…]，使用小写。",
    },
  },
  REGISTRY_NOT_REGISTRY: {
    retry: "never",
    en: {
      what: "{subject} does not answer as a registry does: {reason}.",
      remedy: "Check the URL: `curl -i <url>/v2/` must answer 200 or 401 with a Www-Authenticate header.",
    },
    zh: {
      what: "{subject} 的响应不符合镜像仓库协议：{reason}。",
      remedy: "请检查地址：`curl -i <地址>/v2/` 应返回 200，或返回 401 并带有 Www-Authenticate 头。",
    },
  },
  REGISTRY_REALM_REFUSED: {
    retry: "never",
    en: {
      what: "{subject} sends its clients to {realm} for tokens, which is another server; the credential was not sent there.",
      remedy:
        "If that is Harbor itself, its external URL is set wrong: correct hostname or external_url in harbor.yml (Helm: externalURL).",
    },
    zh: {
      what: "{subject} 要求客户端到 {realm} 获取令牌，而那是另一台服务器；凭据未发送。",
      remedy:
        "若那就是 Harbor 自身，则其外部地址配置有误：请修正 harbor.yml 的 hostname 或 external_url（Helm：externalURL）。",
    },
  },
  REGISTRY_LOGIN_REQUIRED: {
    retry: "never",
    en: {
      what: "{subject} needs a login: {repository} is not public.",
      remedy: "Give a credential that may {actions} there.",
    },
    zh: {
      what: "{subject} 需要登录：{repository} 不是公开的。",
      remedy: "请提供在该处具有 {actions} 权限的凭据。",
    },
  },
  REGISTRY_CREDENTIAL_REFUSED: {
    retry: "never",
    en: {
      what: "{subject} refuses the credential of {username}.",
      remedy:
        "Check the secret; then whether the account is disabled or expired in Harbor, which answers the same for all of these.",
    },
    zh: {
      what: "{subject} 拒绝了 {username} 的凭据。",
      remedy: "请核对密钥，再检查该账户在 Harbor 中是否被禁用或已过期；这几种情况 Harbor 的回答相同。",
    },
  },
  REGISTRY_ANONYMOUS_TOKEN: {
    retry: "never",
    en: {
      what: "{subject} took the credential of {username} for nobody's and gave an anonymous token for {repository}.",
      remedy:
        "Harbor does so for a wrong secret and for a disabled or expired robot: check the secret, then the account in Harbor.",
    },
    zh: {
      what: "{subject} 未认可 {username} 的凭据，对 {repository} 只给了匿名令牌。",
      remedy: "密钥错误、机器人被禁用或过期时 Harbor 会这样做：请核对密钥，再检查 Harbor 中的账户。",
    },
  },
  REGISTRY_NO_PERMISSION: {
    retry: "never",
    en: {
      what: "{subject}: {username} may not {actions} in {repository}; granted: {granted}.",
      remedy:
        "Give the account that right in the project. Harbor answers the same for a project that does not exist: check the name.",
    },
    zh: {
      what: "{subject}：{username} 在 {repository} 中没有 {actions} 权限；已授予：{granted}。",
      remedy: "请在项目中授予该账户相应权限。项目不存在时 Harbor 的回答相同：请检查名称。",
    },
  },
  REGISTRY_NOT_FOUND: {
    retry: "never",
    en: {
      what: "{subject}: {thing} is not there ({reason}).",
      remedy:
        "Check repository and tag. In a proxy-cache project it may also mean that the upstream registry cannot be reached.",
    },
    zh: {
      what: "{subject}：{thing} 不存在（{reason}）。",
      remedy: "请检查仓库与标签。在代理缓存项目中，也可能是上游仓库无法访问。",
    },
  },
  REGISTRY_DENIED: {
    retry: "never",
    en: {
      what: "{subject} denies it: {reason}.",
      remedy:
        "Harbor's reason tells which policy of the project stands against it; change the policy or the image.",
    },
    zh: {
      what: "{subject} 拒绝：{reason}。",
      remedy: "Harbor 给出的原因指明了项目的哪条策略阻止此操作；请修改策略或镜像。",
    },
  },
  REGISTRY_DIGEST_MISMATCH: {
    retry: "later",
    en: {
      what: "{subject}: the content does not have the digest {expected}, but {actual}.",
      remedy:
        "The content was damaged or replaced on the way or in storage: try again; if it stays so, push the image anew and check the registry's storage.",
    },
    zh: {
      what: "{subject}：内容的摘要不是 {expected}，而是 {actual}。",
      remedy: "内容在传输或存储中损坏或被替换：请重试；若仍如此，请重新推送镜像并检查仓库存储。",
    },
  },
  REGISTRY_SIZE_MISMATCH: {
    retry: "later",
    en: {
      what: "{subject}: {expected} bytes were announced, {actual} came.",
      remedy: "Try again; if it stays so, push the image anew and check the registry's storage.",
    },
    zh: {
      what: "{subject}：声明 {expected} 字节，实际收到 {actual} 字节。",
      remedy: "请重试；若仍如此，请重新推送镜像并检查仓库存储。",
    },
  },
  REGISTRY_PLATFORM_MISSING: {
    retry: "never",
    en: {
      what: "{subject} has no image for {platform}; it has: {available}.",
      remedy: "Push an image for that platform, or choose one of those.",
    },
    zh: {
      what: "{subject} 没有适用于 {platform} 的镜像；现有：{available}。",
      remedy: "请推送该平台的镜像，或选择已有平台。",
    },
  },
  REGISTRY_FAILED: {
    retry: "later",
    en: {
      what: "{subject}: the registry failed with status {status}: {reason}.",
      remedy: "It is tried again later by itself; look for {requestId} in the log of harbor-core.",
    },
    zh: {
      what: "{subject}：镜像仓库出错，状态 {status}：{reason}。",
      remedy: "稍后会自动重试；请在 harbor-core 的日志中查找 {requestId}。",
    },
  },
} as const satisfies ErrorTable;
