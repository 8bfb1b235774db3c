import { sendJson, sendText } from "../kubernetes/http/answer.ts";
import { readBody } from "../kubernetes/http/body.ts";
import type { JsonObject } from "../kubernetes/json.ts";
import { ApiError } from "../kubernetes/status.ts";
import type { Answer, Asked, KubeSphereContext } from "./asked.ts";
import { askDocker, config, search, tags, verify } from "./registry-answers.ts";
import { list, makeProject, tenantList, tenantObject, workspaceProjects } from "./tenant-answers.ts";

const resources = "^/kapis/resources\\.kubesphere\\.io";
const inNamespace = `${resources}/v1alpha3/namespaces/(?<namespace>[^/]+)`;
const tenant = "^/kapis/tenant\\.kubesphere\\.io/(?:v1alpha2|v1alpha3|v1beta1)";
const kinds = "secrets|configmaps|serviceaccounts|pods|deployments";

const routes: readonly (readonly [method: string, pattern: RegExp, answer: Answer])[] = [
  ["POST", new RegExp(`${inNamespace}/registrysecrets/[^/]+/verify$`), verify],
  ["GET", new RegExp(`${inNamespace}/repositorytags$`), tags],
  ["GET", new RegExp(`${inNamespace}/imageconfig$`), config],
  ["GET", new RegExp(`${inNamespace}/images$`), search],
  ["GET", new RegExp(`${inNamespace}/(?<plural>${kinds})$`), list],
  ["GET", new RegExp(`${resources}/v1alpha3/(?<plural>namespaces|nodes|${kinds})$`), list],
  ["POST", new RegExp(`${resources}/v1alpha2/registry/verify$`), askDocker],
  ["GET", new RegExp(`${resources}/v1alpha2/registry/blob$`), askDocker],
  ["GET", new RegExp(`${tenant}/workspaces/(?<workspace>[^/]+)/namespaces$`), workspaceProjects],
  ["POST", new RegExp(`${tenant}/workspaces/(?<workspace>[^/]+)/namespaces$`), makeProject],
  ["GET", new RegExp(`${tenant}/(?<plural>namespaces|workspaces|workspacetemplates|clusters)$`), tenantList],
  ["GET", new RegExp(`${tenant}/(?<plural>workspaces|workspacetemplates)/(?<name>[^/]+)$`), tenantObject],
];

/** Answers a path of ks-apiserver's own. @throws ApiError */
export async function routeKubeSphere(asked: Asked): Promise<void> {
  const { context, request, response } = asked;
  const path = asked.address.pathname;
  if (path === "/oauth/token") {
    await oauth(asked);
    return;
  }
  requireKnown(asked);
  const fixed = fixedAnswer(context, path);
  if (typeof fixed === "string") sendText(response, 200, fixed);
  else if (fixed !== undefined) sendJson(response, 200, fixed);
  if (fixed !== undefined) return;
  for (const [method, pattern, answer] of routes) {
    const match = method === request.method ? pattern.exec(path) : null;
    if (match !== null) {
      await answer(asked, match.groups ?? {});
      return;
    }
  }
  sendText(response, 404, "404: Page Not Found");
}

// Anonymous requests get no further than the open paths; users' rights are looked at by each answer.
function requireKnown({ address, context, request, user }: Asked): void {
  const isOpen = context.traits.openPaths.includes(address.pathname);
  if (isOpen || user.groups.includes("system:authenticated")) return;
  const verb = (request.method ?? "GET").toLowerCase();
  const why = `User "${user.name}" cannot ${verb} path "${address.pathname}"`;
  throw new ApiError(403, "Forbidden", `forbidden: ${why}`, {});
}

function fixedAnswer(
  { isDevOpsEnabled, traits, versionInfo }: KubeSphereContext,
  path: string,
): JsonObject | string | undefined {
  switch (path) {
    case "/kapis/version":
      return versionInfo;
    case "/version":
      return traits.hasPlainVersionPath ? versionInfo : undefined;
    case "/healthz":
    case "/livez":
      return traits.openPaths.includes(path) ? "ok" : undefined;
    case "/kapis/config.kubesphere.io/v1alpha2/configs/configz":
      return traits.major === 3
        ? { devops: isDevOpsEnabled, auditing: false }
        : { authentication: {}, multicluster: { clusterRole: "host" } };
    default:
      return undefined;
  }
}

async function oauth({ context, request, response }: Asked): Promise<void> {
  const granted = context.accounts.grant(new URLSearchParams(await readBody(request)));
  const refused = { error: "invalid_grant", error_description: "incorrect username or password" };
  sendJson(response, granted === undefined ? 401 : 200, granted ?? refused);
}
