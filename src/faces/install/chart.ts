import { stringify } from "yaml";
import { definitions, workloads } from "./manifests.ts";
import type { Manifest } from "./objects.ts";
import { names, type InstallSettings } from "./settings.ts";

/** What stands in for a value until {@link template} puts the chart's own expression there. */
const stand = { replicas: "REPLICAS", pullSecret: "PULL-SECRET", budget: "BUDGET-VERSION" } as const;

const settings: InstallSettings = {
  namespace: "{{ .Release.Namespace }}",
  image: '{{ required "image: which image of Moorline shall run?" .Values.image }}',
  replicas: stand.replicas,
  imagePullSecrets: [stand.pullSecret],
  admission: true,
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

/** A manifest as a template of Helm (Go text/template). */
function template(manifest: Manifest): string {
  return yaml(manifest)
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
`,
    ],
    ...definitions().map((d): [string, string] => [
      `templates/definitions/${d.metadata.name.split(".")[0] ?? ""}.yaml`,
      definitionTemplate(d),
    ]),
    ["templates/controller.yaml", join(all.filter((m) => !isWebhook(m)))],
    ["templates/webhook.yaml", `{{- if .Values.admission }}\n${join(all.filter(isWebhook))}{{- end }}\n`],
  ]);
}
