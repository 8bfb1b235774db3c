/** One rule of RBAC, and what needs it. */
export interface Right {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  readonly why: string;
}

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

const read: readonly Verb[] = ["get", "list", "watch"];
/** Server-side apply of what is not there is a PATCH that asks for `create` too. */
const keep: readonly Verb[] = ["get", "create", "patch", "delete"];

/**
 * What the controller may do everywhere. RBAC knows no labels, so rights on Secrets are wider than what is touched:
 * Secrets named by documents are read, and only those that Moorline made are changed.
 */
export const controllerRights: readonly Right[] = [
  {
    group: "moorline.io",
    resources: ["*"],
    verbs: [...read, "patch"],
    why: "the documents, their status and their finalizer; one by one after a conflict",
  },
  {
    group: "",
    resources: ["namespaces"],
    verbs: ["list", "watch"],
    why: "which projects a binding chooses",
  },
  {
    group: "",
    resources: ["secrets"],
    verbs: [...read, "create", "patch", "delete"],
    why: "registry Secrets, certificates and CAs that documents keep in Secrets, credentials that they name",
  },
  {
    group: "",
    resources: ["serviceaccounts"],
    verbs: [...read, "patch"],
    why: "their imagePullSecrets",
  },
  {
    group: "",
    resources: ["configmaps", "services"],
    verbs: keep,
    why: "the CA bundle of ks-apiserver, the cluster proxy",
  },
  {
    group: "",
    resources: ["pods"],
    verbs: ["list"],
    why: "the pods of the cluster proxy, and what the node agents' did",
  },
  {
    group: "",
    resources: ["events"],
    verbs: ["list", "watch", "create", "patch"],
    why: "what a person should see; failed pulls by cause",
  },
  {
    group: "apps",
    resources: ["deployments"],
    verbs: ["list", ...keep],
    why: "ks-apiserver's CA mount, the nginx of a Harbor chart, the cluster proxy",
  },
  {
    group: "networking.k8s.io",
    resources: ["ingresses"],
    verbs: ["list", "patch"],
    why: "mutual TLS at a Harbor chart's ingress",
  },
  {
    group: "networking.k8s.io",
    resources: ["networkpolicies"],
    verbs: keep,
    why: "who may reach the cluster proxy",
  },
  {
    group: "cert-manager.io",
    resources: ["certificates", "issuers"],
    verbs: keep,
    why: "certificates that cert-manager issues",
  },
  {
    group: "cert-manager.io",
    resources: ["clusterissuers"],
    verbs: ["get"],
    why: "an issuer that a document refers to",
  },
  {
    group: "cert-manager.io",
    resources: ["certificaterequests"],
    verbs: ["list"],
    why: "why cert-manager does not issue",
  },
  {
    group: "acme.cert-manager.io",
    resources: ["orders"],
    verbs: ["list"],
    why: "why cert-manager's ACME server does not issue",
  },
  {
    group: "cluster.kubesphere.io",
    resources: ["clusters"],
    verbs: ["get", "list"],
    why: "which KubeSphere this is; members that bindings name",
  },
  {
    group: "installer.kubesphere.io",
    resources: ["clusterconfigurations"],
    verbs: ["get"],
    why: "which KubeSphere this is",
  },
  { group: "kubesphere.io", resources: ["installplans"], verbs: ["get"], why: "which KubeSphere this is" },
];

/**
 * What the controller asks for where it can, and does without: by `services/proxy` one reaches every service of the
 * cluster in the API server's name. Left out are KubeSphere's exact version and the proof by its Validate button.
 */
export const controllerDoesWithout: readonly string[] = ["get services/proxy", "create services/proxy"];

/** What the controller may do in its own namespace. */
export const controllerNamespaceRights: readonly Right[] = [
  {
    group: "coordination.k8s.io",
    resources: ["leases"],
    verbs: ["get", "create", "update"],
    why: "which replica works",
  },
];

/**
 * What the controller may do in the node agent's namespace. Its bundle, a ConfigMap and a Secret, and the list of its pods
 * need no more than what the controller has everywhere.
 */
export const controllerAgentRights: readonly Right[] = [
  { group: "apps", resources: ["daemonsets"], verbs: keep, why: "the agent: made, rolled out, taken away" },
];

/** What the webhook may do everywhere: it reads, but for its own configuration. */
export const webhookRights: readonly Right[] = [
  {
    group: "moorline.io",
    resources: ["projectbindings", "harborregistries", "proxycaches", "harborcertificates"],
    verbs: ["list", "watch"],
    why: "what bindings ask of pods, and whom to trust for Harbor's reports",
  },
  {
    group: "",
    resources: ["namespaces"],
    verbs: ["list", "watch"],
    why: "which binding a project belongs to",
  },
  { group: "", resources: ["secrets"], verbs: ["get"], why: "credentials that a HarborRegistry names" },
  {
    group: "admissionregistration.k8s.io",
    resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    verbs: ["get", "create", "patch"],
    why: "its own configuration, with the CA that it serves by",
  },
];

/** What the webhook may do in its own namespace. */
export const webhookNamespaceRights: readonly Right[] = [
  {
    group: "",
    resources: ["secrets"],
    verbs: ["get", "create", "update"],
    why: "its CA and its certificate",
  },
];
