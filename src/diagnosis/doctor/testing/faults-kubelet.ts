import type { Fault } from "./scene.ts";

const said = (name: string, cause: string, message: string): Fault => ({
  name: `the kubelet says that ${name}`,
  part: "kubelet",
  cause,
  plant: (scene) => void scene.kubelet.push(message),
});
const image = '"h.example/r/app:1"';
const pulling = (rest: string, code = "Unknown"): string =>
  `Failed to pull image ${image}: rpc error: code = ${code} desc = failed to pull and unpack image ${image}: ${rest}`;
const resolving = (rest: string, code?: string): string =>
  pulling(`failed to resolve reference ${image}: ${rest}`, code);
const asking = (rest: string, code?: string): string =>
  resolving(`failed to do request: Head "https://h.example/v2/r/app/manifests/1": ${rest}`, code);
const status = (words: string): string =>
  resolving(`pulling from host h.example failed with status code [manifests 1]: ${words}`);
const policy =
  "in 'Prevent images with vulnerability severity of \"High\" or higher from running.' To continue with pull, please contact your project administrator";

/** What only a node can show: its own trust, resolver, way and disk. Each message in the words of a
 * kubelet or of Harbor, as logs or their sources have them. */
export const kubeletFaults: readonly Fault[] = [
  said("the CA is unknown", "AUTHORITY_UNKNOWN", asking("x509: certificate signed by unknown authority")),
  said("the name is another", "NAME_NOT_IN_CERTIFICATE", asking("x509: certificate is valid for a, not b")),
  said(
    "there is no SAN",
    "CERTIFICATE_WITHOUT_SAN",
    asking("x509: certificate relies on legacy Common Name field, use SANs instead"),
  ),
  said(
    "the certificate ended",
    "CERTIFICATE_EXPIRED",
    asking(
      "x509: certificate has expired or is not yet valid: current time 2026-11-22T19:40:12Z is after 2026-09-11T00:00:00Z",
    ),
  ),
  said(
    "its clock is behind",
    "CERTIFICATE_NOT_YET_VALID",
    asking(
      "x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before 2026-09-11T00:00:00Z",
    ),
  ),
  said("plain HTTP answers", "PLAIN_HTTP_SERVER", asking("http: server gave HTTP response to HTTPS client")),
  said("it shows no certificate", "CLIENT_CERTIFICATE_MISSING", status("400 Bad Request")),
  said(
    "nothing listens",
    "CONNECTION_REFUSED",
    asking("dial tcp 127.0.0.1:28451: connect: connection refused"),
  ),
  said(
    "the name does not resolve",
    "NAME_NOT_RESOLVED",
    asking("dial tcp: lookup nosuch.localtest on 10.233.0.3:53: no such host"),
  ),
  said(
    "the name server is silent",
    "NAME_SERVER_SILENT",
    asking("dial tcp: lookup h.example on 10.233.0.3:53: read udp 10.0.0.1:4711->10.233.0.3:53: i/o timeout"),
  ),
  said(
    "packets are dropped",
    "CONNECTION_TIMEOUT",
    asking("dial tcp 127.0.0.1:28452: i/o timeout", "DeadlineExceeded"),
  ),
  said("there is no route", "NO_ROUTE", asking("dial tcp 10.1.2.3:443: connect: no route to host")),
  said(
    "connections are cut",
    "CONNECTION_CUT",
    asking("read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer"),
  ),
  said(
    "a proxy is in the way",
    "PROXY_IN_THE_WAY",
    asking("proxyconnect tcp: dial tcp 10.9.9.9:3128: connect: connection refused"),
  ),
  said("TLS is too old", "TLS_VERSION_REFUSED", asking("remote error: tls: protocol version not supported")),
  said("it pulls too much", "PULL_RATE_LIMITED", `Failed to pull image ${image}: pull QPS exceeded`),
  said("login is refused", "PULL_REFUSED", status("401 Unauthorized")),
  said("there is no such tag", "IMAGE_NOT_FOUND", resolving("h.example/r/app:1: not found")),
  said("hosts.toml is broken", "HOSTS_FILE_BROKEN", resolving("invalid `host` tree")),
  said(
    "the disk is full",
    "STORAGE_FULL",
    pulling("failed to copy: write /var/lib/containerd/ingest/x: no space left on device"),
  ),
  said(
    "a layer is damaged",
    "CONTENT_DAMAGED",
    pulling(
      "failed commit on ref: unexpected commit digest sha256:1, expected sha256:2: failed precondition",
    ),
  ),
  said(
    "there is no such platform",
    "PLATFORM_MISSING",
    pulling("no match for platform in manifest: not found"),
  ),
  said(
    "it may not pull",
    "IMAGE_NEVER_PULLED",
    'Container image "h.example/r/app:1" is not present with pull policy of Never',
  ),
  said(
    "the name is none",
    "IMAGE_NAME_INVALID",
    'Failed to apply default image tag "H/r:": couldn\'t parse image reference "H/r:": invalid reference format',
  ),
  said(
    "the sandbox is not made",
    "SANDBOX_NOT_CREATED",
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: OCI runtime create failed: unknown",
  ),
  said(
    "a policy stops vulnerabilities",
    "POLICY_VULNERABILITY",
    resolving(
      `unexpected status: current image with 3 vulnerabilities cannot be pulled due to configured policy ${policy}`,
    ),
  ),
  said(
    "a policy stops what is not scanned",
    "POLICY_VULNERABILITY",
    resolving(
      `unexpected status: current image without vulnerability scanning cannot be pulled due to configured policy ${policy}`,
    ),
  ),
  said(
    "a policy asks for cosign",
    "POLICY_SIGNATURE",
    resolving("unexpected status: The image is not signed by cosign."),
  ),
  said(
    "a policy asks for notation",
    "POLICY_SIGNATURE",
    resolving("unexpected status: The image is not signed by notation."),
  ),
  said("Harbor's upstream limits it", "UPSTREAM_RATE_LIMIT", status("429 Too Many Requests")),
];
