import { stringify } from "yaml";
import { agentName } from "../../kinds/node-agent/objects.ts";
import { definitions, workloads } from "./manifests.ts";
import type { Manifest } from "./objects.ts";
import { names, type InstallSettings, type NodeAgentInstall } from "./settings.ts";

/** What stands in for a value until {@link template} puts the chart's own expression there. */
const stand = {
  replicas: "REPLICAS",
  pullSecret: "PULL-SECRET",
  budget: "BUDGET-VERSION",
  apiServer: "AGENT-API-SERVER",
  agentPullSecret: "AGENT-PULL-SECRET",
} as const;

const agent: NodeAgentInstall = {
  namespace: "{{ .Values.nodeAgent.namespace }}",
  image: "{{ or .Values.nodeAgent.image .Values.image }}",
  imagePullSecrets: [stand.agentPullSecret],
  apiServer: stand.apiServer,
  tuning: true,
  taint: true,
};

const settings: InstallSettings = {
  namespace: "{{ .Release.Namespace }}",
  image: '{{ required "image: which image of Moorline shall run?" .Values.image }}',
  replicas: stand.replicas,
  imagePullSecrets: [stand.pullSecret],
  admission: true,
  nodeAgent: agent,
};

const pullSecrets = `
      {{- if .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- range .Values.imagePullSecrets }}
        - name: {{ . | quote }}
        {{- end }}
      {{- end }}`;

const budgetVersion = `{{ if .Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget" }}policy/v1{{ else }}policy/v1beta1{{ end }}`;

const yaml = (manifest: Manifest): string =>
  stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false });

const onlyIf = (condition: string, lines: string, indent: string): string =>
  `${indent}{{- if ${condition} }}\n${lines}${indent}{{- end }}\n`;

/** The controller's arguments for the agent: a line each, and none without an agent. */
const withAgentArguments = (text: string): string =>
  text.replace(
    /^( +)- --node-agent-image=.*\n +- --node-agent-namespace=.*\n(?: +- --node-agent-.*\n)+/m,
    (all: string, indent: string) => {
      const [image = "", namespace = ""] = all.split("\n");
      const lines = [
        image,
        namespace,
        `${indent}{{- with .Values.nodeAgent.apiServer }}`,
        `${indent}- --node-agent-api-server={{ . }}`,
        `${indent}{{- end }}`,
        `${indent}{{- range .Values.nodeAgent.imagePullSecrets }}`,
        `${indent}- --node-agent-pull-secret={{ . }}`,
        `${indent}{{- end }}`,
      ];
      return onlyIf(".Values.nodeAgent.enabled", lines.map((line) => `${line}\n`).join(""), indent);
    },
  );

/** The agent's wider rights, each only where it is asked for. */
const withAgentRights = (text: string): string =>
  text
    .replace(/^( +)- patch\n/m, (line: string, indent: string) =>
      onlyIf(".Values.nodeAgent.taint", line, indent),
    )
    .replace(
      /^( +)- apiGroups:\n +- ""\n +resources:\n +- nodes\/proxy\n +verbs:\n +- get\n/m,
      (rule: string, indent: string) => onlyIf(".Values.nodeAgent.tuning", rule, indent),
    );

/** A manifest as a template of Helm (Go text/template). */
function template(manifest: Manifest): string {
  const { kind, metadata } = manifest;
  const text =
    kind === "ClusterRole" && metadata.name === agentName ? withAgentRights(yaml(manifest)) : yaml(manifest);
  return withAgentArguments(text)
    .replace(`replicas: ${stand.replicas}`, "replicas: {{ .Values.replicas }}")
    .replace(new RegExp(`\\n +imagePullSecrets:\\n +- name: ${stand.pullSecret}`), pullSecrets)
    .replace(stand.budget, budgetVersion);
}

/** Kept when the release goes, because documents go with their definition. */
function definitionTemplate(manifest: Manifest): string {
  const annotations = { "helm.sh/resource-policy": "keep" };
  return yaml({ ...manifest, metadata: { ...manifest.metadata, annotations } } as Manifest);
}

/**
 * The Helm chart: the same manifests as `moorline install` writes, the namespace apart, which Helm makes.
 * @returns text by path below the chart's folder
 */
export function chart(version: string): ReadonlyMap<string, string> {
  const all = workloads(settings, stand.budget);
  const isWebhook = ({ metadata }: Manifest): boolean => metadata.name === names.webhook;
  const isAgent = ({ kind, metadata }: Manifest): boolean =>
    kind === "Namespace" || metadata.name === agentName || metadata.namespace === agent.namespace;
  const join = (manifests: readonly Manifest[]): string => manifests.map(template).join("---\n");
  return new Map([
    [
      "Chart.yaml",
      stringify({
        apiVersion: "v2",
        name: "moorline",
        description: "Ties KubeSphere to Harbor over HTTPS and keeps it so.",
        type: "application",
        version,
        appVersion: version,
        kubeVersion: ">=1.20.0-0",
      }),
    ],
    [
      "values.yaml",
      `# The image of Moorline, by digest if you can: harbor.example.com/tools/moorline@sha256:…
image: ""
# How many of each; one works, the others take over.
replicas: 2
# Names of registry Secrets in the release's namespace, by which the image is pulled.
imagePullSecrets: []
# Run the admission webhook too. It concerns only pods of bindings that ask for it.
admission: false
# Carry out NodeTrust and NodeTuning on the nodes, by a DaemonSet that comes with the first such document.
nodeAgent:
  enabled: false
  # A namespace of its own, made by the chart: its pods see the nodes' files.
  namespace: moorline-nodes
  # The same image where empty.
  image: ""
  # Names of registry Secrets in that namespace.
  imagePullSecrets: []
  # host:port where nodes reach the API server before kube-proxy runs there; the Service kubernetes where empty.
  apiServer: ""
  # Let it read kubelets' settings in effect (nodes/proxy, a wide right): needed for the proof of a NodeTuning.
  tuning: false
  # Let it change nodes: needed to take the startup taint off (agent.startupTaint).
  taint: false
`,
    ],
    ...definitions().map((d): [string, string] => [
      `templates/definitions/${d.metadata.name.split(".")[0] ?? ""}.yaml`,
      definitionTemplate(d),
    ]),
    ["templates/controller.yaml", join(all.filter((m) => !isWebhook(m) && !isAgent(m)))],
    [
      "templates/node-agent.yaml",
      `{{- if .Values.nodeAgent.enabled }}\n${join(all.filter(isAgent))}{{- end }}\n`,
    ],
    ["templates/webhook.yaml", `{{- if .Values.admission }}\n${join(all.filter(isWebhook))}{{- end }}\n`],
  ]);
}
