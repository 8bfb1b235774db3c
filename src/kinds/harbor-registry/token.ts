import type { Credential } from "../../clients/harbor/credential.ts";
import { basicAuthorization } from "../../clients/harbor/credential.ts";
import { harborFailure } from "../../clients/harbor/failures.ts";
import type { LoginGuard } from "../../clients/harbor/login-guard.ts";
import type { HttpEndpoint } from "../../clients/http/endpoint.ts";
import { grantedActions, readToken } from "../../clients/registry/token.ts";
import { MoorlineError } from "../../model/errors.ts";

/** What Harbor's token service said to a credential. */
export type TokenAnswer =
  { readonly accepted: true; readonly granted: readonly string[] } | { readonly accepted: false };

/**
 * Asks Harbor's token service for the right to pull a repository, as the container runtimes do; one request.
 * A wrong, disabled or expired credential gets 401, or 200 with nobody's token (facts/harbor.md §4): both are refusals.
 * The path is Harbor's own, so the challenge that tells it need not be asked for again with each credential.
 * @param repository with its project; it need not exist
 * @throws HARBOR_UNAVAILABLE, HARBOR_TOO_MANY_REQUESTS, NETWORK_*, TLS_*: no answer, which says nothing of the credential
 */
export async function askForToken(
  endpoint: HttpEndpoint,
  guard: LoginGuard,
  credential: Credential,
  repository: string,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const scope = `repository:${repository}:pull`;
  const query = { service: "harbor-registry", account: credential.username, scope };
  const subject = `${endpoint.url}/service/token`;
  const refusal = (): MoorlineError =>
    new MoorlineError("HARBOR_CREDENTIAL_REFUSED", {
      subject,
      parameters: { username: credential.username },
    });
  const answer = await guard
    .run(credential, {
      subject,
      send: () =>
        endpoint.request({
          method: "GET",
          path: "/service/token",
          query,
          headers: { accept: "application/json", authorization: basicAuthorization(credential) },
          signal,
        }),
      refused: (a) => a.status === 401 || (a.status === 200 && readToken(a.json())?.claims?.subject === ""),
      refusal,
      signal,
    })
    .catch((thrown: unknown) => {
      if (thrown instanceof MoorlineError && thrown.code === "HARBOR_CREDENTIAL_REFUSED") return undefined;
      throw thrown;
    });
  if (answer === undefined || answer.status === 401) return { accepted: false };
  if (answer.status !== 200) throw harborFailure(answer, credential.username);
  const claims = readToken(answer.json())?.claims;
  if (claims === undefined) {
    const parameters = { reason: "the token service gave no token that can be read" };
    throw new MoorlineError("HARBOR_RESPONSE_UNEXPECTED", { subject, parameters });
  }
  if (claims.subject === "" || claims.subject === undefined) return { accepted: false };
  return { accepted: true, granted: grantedActions(claims, repository) };
}
