import type { HarborClient } from "../../../clients/harbor/client.ts";
import { isError } from "../../../model/errors.ts";
import type { Evidence } from "../evidence.ts";
import { aside, ask, evidenceOf } from "./ask.ts";
import { tellRefusal } from "./harbor-account.ts";

/** Below this part free, uploads begin to fail at any moment. */
const littleSpace = 0.01;

/**
 * What Harbor says of itself: each component, read-only mode, its address, its storage, its scanners, and the registries
 * that it caches or replicates. What this account may not read is unknown. Never throws but for an aborted signal.
 */
export async function probeHarbor(harbor: HarborClient, signal: AbortSignal): Promise<readonly Evidence[]> {
  const subject = harbor.url;
  const answers = await Promise.all([
    ask("health", subject, signal, (stop) => probeHealth(harbor, stop)),
    ask("system", subject, signal, (stop) => probeSystem(harbor, stop)),
    ask("scanners", subject, signal, (stop) => probeScanners(harbor, stop)).then(aside),
    ask("upstreams", subject, signal, (stop) => probeUpstreams(harbor, stop)).then(aside),
  ]);
  return tellRefusal(answers.flat(), subject);
}

/** The answer is 200 either way; the body tells (facts/harbor.md §1.3). */
async function probeHealth(harbor: HarborClient, signal: AbortSignal): Promise<readonly Evidence[]> {
  const { components } = await harbor.system.health(signal);
  const ill = components.filter((c) => c.status !== "healthy");
  if (ill.length === 0)
    return [evidenceOf("health", harbor.url).fine("every component is healthy", "所有组件均健康")];
  return ill.map(({ name, error = "" }) =>
    evidenceOf("health", `${harbor.url} ${name}`).wrong(
      "HARBOR_COMPONENT_UNHEALTHY",
      `${name} is not healthy${error === "" ? "" : `: ${error}`}`,
      `${name} 不健康${error === "" ? "" : `：${error}`}`,
    ),
  );
}

async function probeSystem(harbor: HarborClient, signal: AbortSignal): Promise<readonly Evidence[]> {
  const info = await harbor.system.systemInfo(signal);
  const say = evidenceOf("system", harbor.url);
  // Only who is logged in is told more than the way to log in (facts/harbor.md §1.3).
  if (info.read_only === undefined)
    return [say.unknown("Harbor tells this only to who is logged in", "Harbor 只对已登录用户提供此信息")];
  const evidence: Evidence[] = [
    say.fine(
      `version ${info.harbor_version ?? "-"}, accounts: ${info.auth_mode ?? "-"}`,
      `版本 ${info.harbor_version ?? "-"}，认证方式：${info.auth_mode ?? "-"}`,
    ),
  ];
  if (info.read_only)
    evidence.push(
      say.wrong(
        "HARBOR_READ_ONLY",
        "read-only mode is on: pulls work, pushes do not",
        "只读模式已开启：可以拉取，不能推送",
      ),
    );
  const scheme = /^https?:/.exec(info.external_url ?? "")?.[0];
  // The realm of the challenge is the scheme of this address before the host that the client asked (facts §4).
  if (scheme !== undefined && scheme !== new URL(harbor.url).protocol)
    evidence.push(
      say.wrong(
        "HARBOR_EXTERNAL_URL",
        `its external_url is ${info.external_url}, and it is reached by ${harbor.url}`,
        `其 external_url 为 ${info.external_url}，而访问地址为 ${harbor.url}`,
      ),
    );
  const isOnDisk = info.registry_storage_provider_name === "filesystem";
  return isOnDisk ? [...evidence, ...(await probeStorage(harbor, signal))] : evidence;
}

/** Seen from inside the core's container: of the disk where blobs lie only on docker-compose (facts/harbor.md §1.3). */
async function probeStorage(harbor: HarborClient, signal: AbortSignal): Promise<readonly Evidence[]> {
  const volumes = await unlessForbidden(() => harbor.system.volumes(signal));
  const say = evidenceOf("storage", harbor.url);
  return (volumes?.storage ?? []).flatMap(({ total = 0, free = 0 }) => {
    if (total <= 0) return [];
    const [en, zh] = [`${free} of ${total} bytes are free`, `剩余 ${free} / ${total} 字节`];
    return free / total < littleSpace ? [say.wrong("HARBOR_STORAGE_FULL", en, zh)] : [say.fine(en, zh)];
  });
}

async function probeScanners(harbor: HarborClient, signal: AbortSignal): Promise<readonly Evidence[]> {
  const say = evidenceOf("scanners", harbor.url);
  const scanners = await unlessForbidden(() => harbor.settings.scanners(signal));
  if (scanners === undefined)
    return [say.unknown("this account may not list scanners", "当前账户无权列出扫描器")];
  const ill = scanners.filter(({ disabled, health }) => !disabled && health === "unhealthy");
  if (ill.length > 0)
    return ill.map(({ name, url = "" }) =>
      say.wrong(
        "HARBOR_COMPONENT_UNHEALTHY",
        `the scanner ${name} (${url}) is not healthy`,
        `扫描器 ${name}（${url}）不健康`,
      ),
    );
  const names = scanners.map(({ name }) => name).join(", ") || "-";
  return [say.fine(`scanners: ${names}`, `扫描器：${names}`)];
}

/** Registries that proxy caches and replications ask, as Harbor's own check of every five minutes saw them. */
async function probeUpstreams(harbor: HarborClient, signal: AbortSignal): Promise<readonly Evidence[]> {
  const endpoints = await unlessForbidden(() => harbor.settings.registries(signal));
  if (endpoints === undefined)
    return [
      evidenceOf("upstreams", harbor.url).unknown(
        "this account may not list endpoints",
        "当前账户无权列出端点",
      ),
    ];
  return endpoints
    .filter(({ status }) => status === "unhealthy")
    .map(({ name, url }) =>
      evidenceOf("upstreams", `${harbor.url} ${name}`).wrong(
        "HARBOR_UPSTREAM_UNHEALTHY",
        `Harbor does not reach the endpoint ${name} (${url})`,
        `Harbor 无法访问端点 ${name}（${url}）`,
      ),
    );
}

/** Only administrators, and robots with the right, may read these. */
async function unlessForbidden<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (isError(thrown, "HARBOR_FORBIDDEN", "HARBOR_CREDENTIAL_MISSING")) return undefined;
    throw thrown;
  }
}
