import { parseImageReference, type ImageReference } from "../../../clients/registry/reference.ts";
import { fromUnknown } from "../../../model/errors.ts";
import type { Evidence } from "../evidence.ts";
import { evidenceOf } from "./ask.ts";

/** Docker Hub's names; the first is the one that container runtimes write. */
const dockerHub: ReadonlySet<string> = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/**
 * Reads an image's name as a container runtime does: without a host it is Docker Hub's, and without a slash one of its
 * `library` (distribution/reference, normalize.go). Docker Hub itself is not asked: from here it tells nothing of nodes,
 * and counts against a limit.
 * @returns evidence where there is nothing to ask: a name that is none, or one of Docker Hub
 */
export function referenceOf(image: string): ImageReference | Evidence {
  try {
    const reference = parseImageReference(withHost(image));
    return dockerHub.has(reference.registry) ? ofDockerHub(image, reference) : reference;
  } catch (thrown) {
    // What is no name at all the kubelet tells in its own words.
    return { probe: "manifest", subject: image, outcome: "unknown", told: fromUnknown(thrown, image) };
  }
}

/** What stands before the first slash is a host where it has a dot or a port, or is `localhost`. */
function withHost(image: string): string {
  const slash = image.indexOf("/");
  if (slash < 0) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(image.slice(0, slash)) ? image : `docker.io/${image}`;
}

function ofDockerHub(image: string, { repository, tag, digest }: ImageReference): Evidence {
  const version = digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`;
  const name = `docker.io/${repository}${version}`;
  return evidenceOf("manifest", image).unknown(
    `this is ${name} of Docker Hub, which was not asked; of its pulls only the kubelet's words and the events of pods tell`,
    `这是 Docker Hub 的 ${name}，未向其查询；其拉取情况只能从 kubelet 的信息和 Pod 事件得知`,
  );
}
