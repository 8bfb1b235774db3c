import type { FindingTable } from "./table.ts";

/** What can be found wrong: HarborCertificate at a Harbor that docker-compose runs. */
export const harborComposeFindings = {
  COMPOSE_NAME_NOT_COVERED: {
    severity: "error",
    en: "Harbor in {subject} calls itself {names}, for which the certificate is not. Add it to `hosts` or `ipAddresses`, or correct `hostname` and `external_url` in harbor.yml; until then nothing is delivered.",
    zh: "{subject} 中的 Harbor 自称 {names}，证书不包含该名称。请将其加入 `hosts` 或 `ipAddresses`，或更正 harbor.yml 中的 `hostname` 与 `external_url`；此前不会分发证书。",
  },
  COMPOSE_DELIVERY_INTERRUPTED: {
    severity: "warning",
    en: "An earlier run was cut off while it changed Harbor in {subject}. The next `moorline apply` carries it to its end; until then, do not restart Harbor's containers: key and certificate may not belong together.",
    zh: "此前对 {subject} 中 Harbor 的修改被中断。下一次 `moorline apply` 会将其完成；在此之前请勿重启 Harbor 容器：私钥与证书可能不匹配。",
  },
  COMPOSE_PROXY_STALE: {
    severity: "warning",
    en: "nginx of Harbor in {subject} does not see the files on the machine: `prepare` was run and the containers were not made anew. It goes on serving what it has in memory; the next certificate needs a restart of its container. Recreate Harbor's containers in a quiet hour: `docker compose down`, then `up -d`.",
    zh: "{subject} 中 Harbor 的 nginx 看不到主机上的文件：运行过 `prepare` 但未重建容器。目前仍使用内存中的证书；下次更换证书需要重启其容器。请在空闲时段重建 Harbor 容器：先 `docker compose down`，再 `up -d`。",
  },
  COMPOSE_CERTIFICATE_STAYS: {
    severity: "note",
    en: "Harbor in {subject} goes on serving the certificate that it has, and nobody renews it any more.",
    zh: "{subject} 中的 Harbor 将继续使用现有证书，此后不再自动续期。",
  },
} as const satisfies FindingTable;
