import type { KindPlan, Step } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { describeFinding, finding, type Finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import { caMountOf, deploymentName, helmValues, type CaMount } from "./kubesphere-trust.ts";
import type { ObservedKubesphere, ObservedRegistry } from "./observed.ts";
import type { HarborRegistrySpec } from "./schema.ts";

export type RegistryAction =
  | { readonly type: "write-ca"; readonly digest: string }
  | { readonly type: "mount-ca"; readonly digest: string }
  | { readonly type: "unmount-ca" }
  | { readonly type: "delete-ca" };

type RegistryDocument = Document<HarborRegistrySpec>;
type RegistryStep = Step<RegistryAction>;

/** A certificate that ends this soon is told. */
const soonDays = 21;

type Check = (document: RegistryDocument, observed: ObservedRegistry, now: Date) => readonly Finding[];

const componentsAreHealthy: Check = (_document, { url, unhealthy }) =>
  unhealthy.map(({ component, status }) => finding("HARBOR_COMPONENT_UNHEALTHY", url, { component, status }));

const harborTakesWrites: Check = (_document, { url, readOnly }) =>
  readOnly ? [finding("HARBOR_IS_READ_ONLY", url)] : [];

const accountMayDoTheWork: Check = (_document, { url, username, lacks }) =>
  lacks.length > 0
    ? [finding("HARBOR_ACCOUNT_LACKS_RIGHTS", url, { username, rights: lacks.join(", ") })]
    : [];

const accountIsNoRobot: Check = (_document, { url, username, identity }) =>
  identity === "robot" ? [finding("HARBOR_ACCOUNT_IS_ROBOT", url, { username })] : [];

const passwordIsNotTheShippedOne: Check = (_document, { url, username, defaultPassword }) =>
  defaultPassword ? [finding("HARBOR_ACCOUNT_HAS_DEFAULT_PASSWORD", url, { username })] : [];

const harborKnowsItsName: Check = (_document, { url, externalUrl }) =>
  externalUrl !== undefined && !sameOrigin(externalUrl, url)
    ? [finding("HARBOR_EXTERNAL_URL_DIFFERS", url, { externalUrl })]
    : [];

const certificateIsChecked: Check = ({ spec }, { url }) =>
  spec.tls.insecureSkipTlsVerify ? [finding("HARBOR_TLS_NOT_VERIFIED", url)] : [];

const certificateLasts: Check = (_document, { url, certificateNotAfter }, now) => {
  if (certificateNotAfter === undefined) return [];
  const left = Date.parse(certificateNotAfter) - now.getTime();
  if (left > soonDays * 86_400_000) return [];
  return [finding("HARBOR_CERTIFICATE_EXPIRES_SOON", url, { notAfter: certificateNotAfter })];
};

const kubesphereHasAWayIn: Check = (_document, { url, wantsClientCertificates, kubesphere }) =>
  wantsClientCertificates && kubesphere !== undefined
    ? [finding("HARBOR_WANTS_CLIENT_CERTIFICATES", url)]
    : [];

const checks: readonly Check[] = [
  componentsAreHealthy,
  harborTakesWrites,
  accountMayDoTheWork,
  accountIsNoRobot,
  passwordIsNotTheShippedOne,
  harborKnowsItsName,
  certificateIsChecked,
  certificateLasts,
  kubesphereHasAWayIn,
];

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && new URL(a).origin === new URL(b).origin;
}

/** What a registry needs: nothing in Harbor, and in KubeSphere that ks-apiserver trusts the CA. */
export function plan(
  document: RegistryDocument,
  observed: ObservedRegistry,
  now: Date,
): KindPlan<RegistryAction> {
  const findings = checks.flatMap((check) => check(document, observed, now));
  const trust = planTrust(document, observed);
  return { steps: trust.steps, findings: [...findings, ...trust.findings] };
}

function planTrust(document: RegistryDocument, observed: ObservedRegistry): KindPlan<RegistryAction> {
  const { kubesphere, caDigest, url } = observed;
  const { spec } = document;
  const mount = caMountOf(document.metadata.name, spec);
  if (kubesphere === undefined) return { steps: [], findings: [] };
  if (caDigest === undefined) return planUntrust(mount, kubesphere, url);
  const at = `${mount.namespace}/${deploymentName}`;
  if (!kubesphere.deployment) return { steps: [], findings: [finding("KUBESPHERE_APISERVER_MISSING", at)] };
  const mounted = kubesphere.mountedDigest === caDigest;
  if (spec.kubesphere.trustCa === "never")
    return mounted
      ? { steps: [], findings: [] }
      : { steps: [], findings: [finding("KUBESPHERE_CA_WITHHELD", at, { url })] };
  if (kubesphere.configMap?.ours === false)
    return {
      steps: [],
      findings: [finding("KUBESPHERE_CONFIGMAP_NOT_OURS", `ConfigMap/${mount.namespace}/${mount.name}`)],
    };
  const upgrade =
    kubesphere.generation === 4
      ? [finding("KUBESPHERE_HELM_VALUES", at, { values: JSON.stringify(helmValues(mount)) })]
      : [];
  const stored = kubesphere.configMap?.digest === caDigest;
  if (stored && mounted) return { steps: [], findings: upgrade };
  const untrusted = finding("KUBESPHERE_CA_NOT_TRUSTED", at, { url });
  const steps = trustSteps(mount, caDigest, url, untrusted, {
    stored,
    mounted,
    known: kubesphere.configMap !== undefined,
  });
  return { steps, findings: [untrusted, ...upgrade] };
}

function trustSteps(
  mount: CaMount,
  digest: string,
  url: string,
  untrusted: Finding,
  state: { readonly stored: boolean; readonly mounted: boolean; readonly known: boolean },
): readonly RegistryStep[] {
  const reason = message("harborRegistry.because", {
    reason: { en: describeFinding(untrusted, "en"), zh: describeFinding(untrusted, "zh-CN") },
  });
  const write: RegistryStep = {
    id: "kubesphere/ca",
    change: state.known ? "update" : "create",
    title: message("harborRegistry.writeCa", { url, configMap: mount.name }),
    target: `ConfigMap/${mount.namespace}/${mount.name}`,
    reason,
    after: [],
    action: { type: "write-ca", digest },
  };
  const mounting: RegistryStep = {
    id: "kubesphere/mount",
    change: "update",
    title: message("harborRegistry.mountCa", { url, path: mount.path }),
    target: `Deployment/${mount.namespace}/${deploymentName}`,
    reason,
    after: state.stored ? [] : [write.id],
    interrupts: message("harborRegistry.restarts"),
    action: { type: "mount-ca", digest },
  };
  return [...(state.stored ? [] : [write]), ...(state.mounted ? [] : [mounting])];
}

/** Takes the CA out of ks-apiserver. The mount goes first: pods whose ConfigMap is missing would not start. */
function planUntrust(mount: CaMount, kubesphere: ObservedKubesphere, url: string): KindPlan<RegistryAction> {
  const reason = message("harborRegistry.noLongerAsked");
  const unmount: RegistryStep = {
    id: "kubesphere/unmount",
    change: "delete",
    title: message("harborRegistry.unmountCa", { url }),
    target: `Deployment/${mount.namespace}/${deploymentName}`,
    reason,
    after: [],
    interrupts: message("harborRegistry.restarts"),
    action: { type: "unmount-ca" },
  };
  const unmounts = kubesphere.mountedDigest === undefined ? [] : [unmount];
  const remove: RegistryStep = {
    id: "kubesphere/delete-ca",
    change: "delete",
    title: message("harborRegistry.deleteCa", { configMap: mount.name }),
    target: `ConfigMap/${mount.namespace}/${mount.name}`,
    reason,
    after: unmounts.map((s) => s.id),
    action: { type: "delete-ca" },
  };
  return { steps: [...unmounts, ...(kubesphere.configMap?.ours ? [remove] : [])], findings: [] };
}

/** Takes away what was given to KubeSphere; Harbor itself was never changed. */
export function planRemoval(
  document: RegistryDocument,
  observed: ObservedRegistry,
): KindPlan<RegistryAction> {
  if (observed.kubesphere === undefined) return { steps: [], findings: [] };
  return planUntrust(caMountOf(document.metadata.name, document.spec), observed.kubesphere, observed.url);
}
