import type { HarborClient } from "../../../clients/harbor/client.ts";
import type { Project } from "../../../clients/harbor/schemas.ts";
import type { ImageReference } from "../../../clients/registry/reference.ts";
import { isError } from "../../../model/errors.ts";
import type { Evidence } from "../evidence.ts";
import { ask, evidenceOf } from "./ask.ts";
import { tellRefusal } from "./harbor-account.ts";
import { probeArtifact } from "./harbor-artifact.ts";
import { probeSignaturePolicy, probeVulnerabilityPolicy } from "./harbor-policy.ts";
import { probeRobot } from "./harbor-robot.ts";
import { nearest } from "./nearest.ts";

export interface HarborImageQuestion {
  readonly reference: ImageReference;
  /** Name that the pull logs in with; absent for nobody's. */
  readonly login: string | undefined;
  /** The registry refused that login. */
  readonly isLoginRefused: boolean;
  /** The very pull was seen to work: no policy stops it, whatever the records say. */
  readonly isPulled?: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Projects that are looked through for one that was meant. */
const mostProjects = 1000;

/**
 * What Harbor's own records say about a pull: its project, the project's quota, policies and upstream, the image, and
 * the robot that logs in. What this account may not read is unknown. Never throws but for an aborted signal.
 */
export async function probeHarborImage(
  harbor: HarborClient,
  question: HarborImageQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { reference, login } = question;
  const [name = "", ...rest] = reference.repository.split("/");
  const subject = `project ${name}`;
  const found: { project?: Project } = {};
  const first = await ask("project", subject, signal, async (stop) => {
    const project = await harbor.projects.getByName(name, stop);
    if (project === undefined) return projectAbsent(harbor, name, stop);
    found.project = project;
    const isPublic = project.metadata["public"] === "true";
    return [
      evidenceOf("project", subject).fine(
        isPublic ? "it is there, and public" : "it is there, and private",
        isPublic ? "项目存在，且为公开" : "项目存在，且为私有",
      ),
    ];
  });
  const { project } = found;
  if (project === undefined) return tellRefusal(first, harbor.url);
  const image = { project, repository: rest.join("/"), reference: reference.reference };
  const isImage = image.repository !== "";
  const answers = await Promise.all([
    ask("quota", subject, signal, (s) => probeQuota(harbor, project, s)),
    ask("upstream", subject, signal, (s) => probeUpstream(harbor, project, s)),
    ...(isImage && question.isPulled !== true
      ? [
          ask("artifact", subject, signal, (s) => probeArtifact(harbor, image, s)),
          ask("policy", subject, signal, (s) => probeVulnerabilityPolicy(harbor, image, question.now, s)),
          ask("policy", subject, signal, (s) => probeSignaturePolicy(harbor, image, s)),
        ]
      : []),
    ...(login === undefined
      ? []
      : [ask("robot", login, signal, (s) => probeRobot(harbor, project, { ...question, login }, s))]),
  ]);
  return [...first, ...answers.flat()];
}

async function projectAbsent(
  harbor: HarborClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const names: string[] = [];
  for await (const project of harbor.projects.list(signal)) {
    names.push(project.name);
    if (names.length >= mostProjects) break;
  }
  const near = nearest(name, names);
  const hint = near.length === 0 ? undefined : near.join(", ");
  return [
    evidenceOf("project", `project ${name}`).wrong(
      "HARBOR_PROJECT_ABSENT",
      `Harbor has no project ${name}${hint === undefined ? "" : `; it has ${hint}`}`,
      `Harbor 中没有项目 ${name}${hint === undefined ? "" : `；相近的有 ${hint}`}`,
    ),
  ];
}

async function probeQuota(
  harbor: HarborClient,
  { project_id: id, name }: Project,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const quota = await harbor.quotas.getByProject(id, signal);
  if (quota === undefined || quota.hard.storage < 0) return [];
  const say = evidenceOf("quota", `project ${name}`);
  const [used, hard] = [quota.used.storage, quota.hard.storage];
  const [en, zh] = [`${used} of ${hard} bytes are used`, `已使用 ${used} / ${hard} 字节`];
  return used >= hard ? [say.wrong("HARBOR_QUOTA_FULL", en, zh)] : [say.fine(en, zh)];
}

/** A proxy cache's upstream, as Harbor's own look of every five minutes saw it. */
async function probeUpstream(
  harbor: HarborClient,
  { name, registry_id: id = 0 }: Project,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  if (id === 0) return [];
  const say = evidenceOf("upstream", `project ${name}`);
  const endpoints = await endpointsOf(harbor, signal);
  const endpoint = endpoints?.find((r) => r.id === id);
  if (endpoint === undefined)
    return [
      say.unknown("this account may not look at the upstream of the cache", "当前账户无权查看该缓存的上游"),
    ];
  const { name: upstream, url, status } = endpoint;
  return status === "unhealthy"
    ? [
        say.wrong(
          "HARBOR_UPSTREAM_UNHEALTHY",
          `Harbor does not reach ${upstream} (${url}), which it caches`,
          `Harbor 无法访问其缓存的上游 ${upstream}（${url}）`,
        ),
      ]
    : [say.fine(`it caches ${upstream} (${url})`, `缓存上游 ${upstream}（${url}）`)];
}

async function endpointsOf(harbor: HarborClient, signal: AbortSignal) {
  try {
    return await harbor.settings.registries(signal);
  } catch (thrown) {
    if (isError(thrown, "HARBOR_FORBIDDEN", "HARBOR_CREDENTIAL_MISSING")) return undefined;
    throw thrown;
  }
}
