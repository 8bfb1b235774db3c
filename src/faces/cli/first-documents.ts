/** The answers that a first set of documents is made from. */
export interface FirstAnswers {
  /** https://host[:port] */
  readonly harbor: string;
  readonly workspace: string;
  readonly project: string;
  /** Path of the CA that signed Harbor's certificate; without it one is made and the certificate issued. */
  readonly ca?: string;
}

/** Documents that say little: everything else is the careful expert's choice. */
export function firstDocuments(
  answers: FirstAnswers,
): readonly { readonly name: string; readonly text: string }[] {
  const host = /^https?:\/\/([^/:]+)/.exec(answers.harbor)?.[1] ?? answers.harbor;
  const quoted = JSON.stringify;
  return [
    ...(answers.ca === undefined ? [{ name: "10-certificate.yaml", text: certificate(host) }] : []),
    {
      name: "20-registry.yaml",
      text: `# The Harbor at platform level: where it is, who Moorline is there, whose certificate it trusts.
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata:
  name: harbor
spec:
  url: ${quoted(answers.harbor)}
  credential:
    environment: {} # HARBOR_USERNAME and HARBOR_PASSWORD
  tls:
    ca:
      ${answers.ca === undefined ? "certificate: harbor" : `file: ${quoted(answers.ca)}`}
`,
    },
    {
      name: "30-binding.yaml",
      text: `# Every project of the workspace pulls from one Harbor project, each with a pull-only robot of its own.
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata:
  name: ${quoted(answers.workspace)}
spec:
  registry: harbor
  projects:
    workspace: ${quoted(answers.workspace)}
  harborProject:
    name: ${quoted(answers.project)}
`,
    },
    {
      name: "40-nodes.yaml",
      text: `# Run \`moorline node apply\` with this folder on each node: its runtimes trust the CA, proved by a pull.
apiVersion: moorline.io/v1alpha1
kind: NodeTrust
metadata:
  name: nodes
spec:
  registry: harbor
`,
    },
  ];
}

const certificate = (
  host: string,
): string => `# An own CA and Harbor's certificate, issued for 90 days and renewed after two thirds of that.
apiVersion: moorline.io/v1alpha1
kind: HarborCertificate
metadata:
  name: harbor
spec:
  issuer:
    ownAuthority:
      directory: ./authority # the CA's key; keep it safe and backed up
      commonName: Moorline CA for ${host}
  ${/^[\d.]+$|^\[/.test(host) ? "ipAddresses" : "hosts"}:
    - ${JSON.stringify(host)}
  deliver:
    files: # name these two in harbor.yml, or change them to what stands there
      - certificate: /etc/moorline/harbor/tls.crt
        privateKey: /etc/moorline/harbor/tls.key
`;
