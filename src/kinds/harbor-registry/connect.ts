import { Budget, type BudgetSettings } from "../../clients/harbor/budget.ts";
import { createHarborClient, type HarborClient } from "../../clients/harbor/client.ts";
import type { Credential } from "../../clients/harbor/credential.ts";
import { LoginGuard } from "../../clients/harbor/login-guard.ts";
import type { HttpEndpoint, TlsOptions } from "../../clients/http/endpoint.ts";
import { createRegistryClient, type RegistryClient } from "../../clients/registry/client.ts";
import { nameOfReference, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { resolveClientCertificate } from "../shared/client-certificate-source.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import { readCredential } from "./credential.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "./schema.ts";
import { askForToken, type TokenAnswer } from "./token.ts";

/** A Harbor as its document describes it, ready to be asked. Nothing has been sent yet. */
export interface ConnectedHarbor {
  readonly document: Document<HarborRegistrySpec>;
  /** Under the document's own credential. */
  readonly harbor: HarborClient;
  /** Under another credential, or as nobody. */
  registry(credential?: Credential): RegistryClient;
  /** Asks the token service for the right to pull; one request. See {@link askForToken}. */
  token(credential: Credential, repository: string, signal: AbortSignal): Promise<TokenAnswer>;
  readonly endpoint: HttpEndpoint;
  readonly credential: Credential;
  readonly tls: TlsOptions;
  /** `https://host[:port]`, without a slash at its end and without a default port: the key in registry Secrets. */
  readonly url: string;
  /** `host[:port]`, as image references begin. */
  readonly host: string;
  /** The CA bundle that the document trusts; undefined for the machine's roots. */
  readonly caPem: string | undefined;
}

/**
 * Reads what a registry document refers to, and makes its clients.
 * @throws CREDENTIAL_*, TLS_*, and what resolving trust and client certificate throws
 */
export async function connectHarbor(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<ConnectedHarbor> {
  const { spec, source } = document;
  const url = new URL(spec.url).origin;
  const caPem =
    spec.tls.ca === undefined ? undefined : await resolveTrust(spec.tls.ca, source.directory, world, signal);
  const clientCertificate =
    spec.tls.clientCertificate === undefined
      ? undefined
      : await resolveClientCertificate(spec.tls.clientCertificate, source.directory, world, signal);
  const tls: TlsOptions = {
    ...(caPem !== undefined && { ca: caPem }),
    ...(clientCertificate !== undefined && { clientCertificate }),
    minimumVersion: spec.tls.minimumVersion,
    ...(spec.tls.insecureSkipTlsVerify && { insecureSkipVerify: true }),
  };
  const credential = await readCredential(document, world, signal);
  const endpoint = world.endpoint(url, tls);
  const loginGuard = guardOf(endpoint);
  const budget = budgetOf(endpoint, spec.budget);
  return {
    document,
    harbor: createHarborClient(endpoint, credential, { budget, loginGuard }),
    registry: (other) => createRegistryClient(endpoint, other, { loginGuard }),
    token: (other, repository, s) =>
      budget.run(() => askForToken(endpoint, loginGuard, other, repository, s), `${url}/service/token`, s),
    endpoint,
    credential,
    tls,
    url,
    host: new URL(url).host,
    caPem,
  };
}

/** Failed logins lock an account for everybody, so all who speak to one Harbor share one guard. */
const guards = new WeakMap<HttpEndpoint, LoginGuard>();

function guardOf(endpoint: HttpEndpoint): LoginGuard {
  const known = guards.get(endpoint) ?? new LoginGuard();
  guards.set(endpoint, known);
  return known;
}

/** What is asked of one Harbor is counted together, whichever document asks. */
const budgets = new WeakMap<HttpEndpoint, Budget>();

function budgetOf(endpoint: HttpEndpoint, settings: BudgetSettings): Budget {
  const known = budgets.get(endpoint);
  if (known?.is(settings)) return known;
  const fresh = new Budget(settings);
  budgets.set(endpoint, fresh);
  return fresh;
}

/**
 * Finds the HarborRegistry document that another one names.
 * @throws DOCUMENT_REFERENCE_MISSING
 */
export function findRegistry(name: string, subject: string, world: World): Document<HarborRegistrySpec> {
  const reference = { kind: harborRegistrySchema.kind, name };
  const found = world.documents.find(reference);
  if (found === undefined)
    throw new MoorlineError("DOCUMENT_REFERENCE_MISSING", {
      subject,
      parameters: { reference: nameOfReference(reference) },
    });
  // Documents of a kind were parsed by that kind's schema.
  return found as Document<HarborRegistrySpec>;
}
