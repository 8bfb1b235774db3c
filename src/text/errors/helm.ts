import type { ErrorTable } from "./table.ts";

/** Errors of the delivery to a Harbor that its Helm chart runs. */
export const helmErrors = {
  HELM_ROLLOUT_STUCK: {
    retry: "never",
    en: {
      what: "{subject} did not come to an end of its rollout: {reason}. The old pods go on serving the old certificate.",
      remedy:
        "Look at the new pod (`kubectl describe`), mend what it says, then apply again; `kubectl rollout undo` takes the new pods away.",
    },
    zh: {
      what: "{subject} 的滚动更新未能完成：{reason}。旧 Pod 仍使用旧证书提供服务。",
      remedy:
        "请用 `kubectl describe` 查看新 Pod 并排除问题，然后重新应用；`kubectl rollout undo` 可撤销新 Pod。",
    },
  },
  HELM_NEW_CERTIFICATE_NOT_SERVED: {
    retry: "never",
    en: {
      what: "{subject}: every pod of {deployment} was replaced, but {url} still serves another certificate.",
      remedy:
        "Something before it ends TLS (a load balancer, a proxy), or the URL is not this Harbor's: deliver the certificate there, or correct `deliver.helm.url`.",
    },
    zh: {
      what: "{subject}：{deployment} 的所有 Pod 均已替换，但 {url} 使用的仍是另一张证书。",
      remedy:
        "其前方有其他组件终止 TLS（负载均衡器或代理），或该 URL 不属于此 Harbor：请将证书分发到该组件，或更正 `deliver.helm.url`。",
    },
  },
} as const satisfies ErrorTable;
