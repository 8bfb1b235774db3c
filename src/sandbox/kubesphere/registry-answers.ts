import { sendJson, sendText } from "../kubernetes/http/answer.ts";
import { mediaType, readBody, readObject } from "../kubernetes/http/body.ts";
import { objectAt, own, type JsonObject } from "../kubernetes/json.ts";
import { ApiError, notFound } from "../kubernetes/status.ts";
import { requireRight, sendReason, type Answer, type Asked } from "./asked.ts";
import { imageConfig, registryStatus, repositoryTags } from "./images.ts";
import { searchImages } from "./search.ts";
import { verifySecret } from "./verify.ts";

/** The Secret in the body is verified; what is stored under the path's name plays no part (facts/kubesphere.md §2.3). */
export const verify: Answer = async (asked, { namespace = "" }) => {
  const { context, request, response } = asked;
  requireRight(asked, "create", "registrysecrets/verify", namespace);
  const secret = readObject(await readBody(request), mediaType(request), "Secret");
  try {
    await verifySecret(secret, context.trust());
  } catch (error) {
    const { status, prefix } = context.traits.verifyFailure;
    sendReason(response, status, `${prefix}${reasonOf(error)}`);
    return;
  }
  sendJson(response, 200, echoed(secret));
};

// The Secret as Go's struct has it.
function echoed(secret: JsonObject): JsonObject {
  const metadata = { creationTimestamp: null, ...objectAt(secret, "metadata") };
  const body: JsonObject = { kind: "Secret", apiVersion: "v1", metadata };
  for (const field of ["immutable", "data", "stringData", "type"]) {
    const value = own(secret, field);
    if (value !== undefined) body[field] = value;
  }
  return body;
}

export const tags: Answer = async (asked, { namespace = "" }) => {
  const { address, context } = asked;
  requireRight(asked, "list", "repositorytags", namespace);
  const query = address.searchParams;
  const { hasTagPaging } = context.traits;
  const paging = {
    page: hasTagPaging ? Math.max(1, Number(query.get("page") ?? 1)) : 1,
    limit: hasTagPaging ? Number(query.get("limit") ?? 10) : -1,
    ascending: hasTagPaging && query.get("ascending") === "true",
  };
  await answerFromRegistry(asked, namespace, (secret) =>
    repositoryTags(query.get("repository") ?? "", secret, context.trust(), paging),
  );
};

export const config: Answer = async (asked, { namespace = "" }) => {
  requireRight(asked, "list", "imageconfig", namespace);
  const image = asked.address.searchParams.get("image") ?? "";
  await answerFromRegistry(asked, namespace, (secret) => imageConfig(image, secret, asked.context.trust()));
};

export const search: Answer = async (asked, { namespace = "" }) => {
  if (!asked.context.traits.hasImageSearch) {
    sendText(asked.response, 404, "404: Page Not Found");
    return;
  }
  requireRight(asked, "list", "images", namespace);
  const text = asked.address.searchParams.get("q") ?? "";
  await answerFromRegistry(asked, namespace, (secret) => searchImages(text, secret));
};

type Work = (secret: JsonObject | undefined) => Promise<JsonObject>;

async function answerFromRegistry(asked: Asked, namespace: string, work: Work): Promise<void> {
  const { address, context, response } = asked;
  const name = address.searchParams.get("secret") ?? "";
  const secret = name === "" ? undefined : context.kubernetes.store.get("secrets", namespace, name);
  if (name !== "" && secret === undefined) throw notFound({ group: "", name: "secrets" }, name);
  try {
    sendJson(response, 200, await work(secret));
  } catch (error) {
    const reason = reasonOf(error);
    sendReason(response, registryStatus(reason), reason);
  }
}

/** The old calls ask a docker daemon beside ks-apiserver; there is none (facts/kubesphere.md §2.2). */
export const askDocker: Answer = async ({ request, response }) => {
  await readBody(request);
  sendReason(
    response,
    400,
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  );
};

function reasonOf(error: unknown): string {
  if (error instanceof ApiError) throw error;
  return error instanceof Error ? error.message : "unknown error";
}
