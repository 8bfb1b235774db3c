import { describe, expect, test } from "vitest";
import { causes } from "../causes/catalogue.ts";
import { causesIn } from "./testing/analyse.ts";

const pull = (rest: string): string =>
  `E1122 19:40:04.575708   28920 remote_image.go:113] PullImage "h.example/team/app:1" from image service failed: rpc error: code = Unknown desc = failed to pull and unpack image "h.example/team/app:1": failed to resolve reference "h.example/team/app:1": ${rest}`;
const head = (rest: string): string =>
  pull(`failed to do request: Head "https://h.example/v2/team/app/manifests/1": ${rest}`);
const core = (message: string, level = "ERROR"): string =>
  `2026-11-22T19:05:34Z [${level}] [/server/middleware/place.go:58][requestID="r-1"]: ${message}`;
const nginxError = (rest: string, level = "info"): string =>
  `2026/11/22 19:13:04 [${level}] 7199#7199: *4 ${rest}, client: 10.1.2.3, server: , request: "GET /v2/ HTTP/1.1", host: "h.example"`;
const access = (request: string, status: number, bytes = 76, tail = '"-" "node" 0.004 0.004 .'): string =>
  `10.1.2.3 - "${request} HTTP/1.1" ${status} ${bytes} ${tail}`;
const byProxy = '"-" "curl/8.0" 0.000 - .';
const kubesphere = (message: string): string => `E1122 19:36:51.416194   32443 handler.go:218] ${message}`;
const dockerd = (error: string): string =>
  `time="2026-11-22T19:40:04Z" level=info msg="Attempting next endpoint for pull after error: ${error}"`;
const event = (reason: string, message: string): string =>
  JSON.stringify({
    kind: "Event",
    type: "Warning",
    reason,
    message,
    involvedObject: { kind: "Pod", namespace: "demo", name: "web" },
    lastTimestamp: "2026-11-22T19:42:36Z",
  });

/** What a line tells, one by one. */
const lines: readonly (readonly [string, string])[] = [
  ["AUTHORITY_UNKNOWN", head("x509: certificate signed by unknown authority")],
  [
    "AUTHORITY_UNKNOWN",
    nginxError(
      "SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number 48) while SSL handshaking",
    ),
  ],
  ["NAME_NOT_IN_CERTIFICATE", head("x509: certificate is valid for a.example, not h.example")],
  [
    "NAME_NOT_IN_CERTIFICATE",
    head("x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs"),
  ],
  ["CERTIFICATE_WITHOUT_SAN", head("x509: certificate relies on legacy Common Name field, use SANs instead")],
  [
    "CERTIFICATE_EXPIRED",
    head(
      "x509: certificate has expired or is not yet valid: current time 2026-11-22T19:40:12Z is after 2026-01-01T00:00:00Z",
    ),
  ],
  [
    "CERTIFICATE_NOT_YET_VALID",
    head(
      "x509: certificate has expired or is not yet valid: current time 2026-11-22T19:40:12Z is before 2027-01-01T00:00:00Z",
    ),
  ],
  ["PLAIN_HTTP_SERVER", head("http: server gave HTTP response to HTTPS client")],
  [
    "CLIENT_CERTIFICATE_MISSING",
    pull("pulling from host h.example failed with status code [manifests 1]: 400 Bad Request"),
  ],
  ["CLIENT_CERTIFICATE_MISSING", head("remote error: tls: certificate required")],
  [
    "PULL_REFUSED",
    pull("pulling from host h.example failed with status code [manifests 1]: 401 Unauthorized"),
  ],
  [
    "PULL_REFUSED",
    'Nov 22 19:40:04 node1 dockerd[912]: time="2026-11-22T19:40:04Z" level=error msg="Handler for POST /v1.41/images/create returned error: pull access denied for h.example/team/app, repository does not exist or may require \'docker login\'"',
  ],
  ["CONNECTION_REFUSED", head("dial tcp 10.0.0.1:443: connect: connection refused")],
  ["CONNECTION_TIMEOUT", head("dial tcp 10.0.0.1:443: i/o timeout")],
  ["NAME_NOT_RESOLVED", head("dial tcp: lookup h.example on 10.233.0.3:53: no such host")],
  [
    "NAME_SERVER_SILENT",
    head("dial tcp: lookup h.example on 10.233.0.3:53: read udp 10.1.1.1:4242->10.233.0.3:53: i/o timeout"),
  ],
  ["NO_ROUTE", head("dial tcp 10.0.0.1:443: connect: no route to host")],
  ["CONNECTION_CUT", head("read tcp 10.1.1.1:4242->10.0.0.1:443: read: connection reset by peer")],
  ["PROXY_IN_THE_WAY", head("proxyconnect tcp: dial tcp 10.9.9.9:3128: connect: connection refused")],
  ["PULL_RATE_LIMITED", event("Failed", 'Failed to pull image "h.example/team/app:1": pull QPS exceeded')],
  ["IMAGE_NOT_FOUND", pull("h.example/team/app:1: not found")],
  [
    "CONTENT_DAMAGED",
    pull(
      'failed commit on ref "layer-sha256:1": unexpected commit digest sha256:2, expected sha256:1: failed precondition',
    ),
  ],
  ["STORAGE_FULL", pull("write /var/lib/containerd/x: no space left on device")],
  ["PLATFORM_MISSING", pull("no match for platform in manifest: not found")],
  ["SANDBOX_NOT_CREATED", event("FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error")],
  [
    "IMAGE_NAME_INVALID",
    event(
      "InspectFailed",
      'Failed to apply default image tag "https://h/x": couldn\'t parse image reference "https://h/x": invalid reference format',
    ),
  ],
  [
    "IMAGE_NEVER_PULLED",
    event("ErrImageNeverPull", 'Container image "h/x" is not present with pull policy of Never'),
  ],
  ["CLUSTER_DNS_MISSING", event("MissingClusterDNS", "kubelet does not have ClusterDNS IP configured")],
  [
    "NODE_DISK_PRESSURE",
    event(
      "FreeDiskSpaceFailed",
      "failed to garbage collect required amount of images. Wanted to free 1 bytes, but freed 0 bytes",
    ),
  ],
  ["ROBOT_EXPIRED", core("the robot account is expired: robot$team+ci")],
  ["ROBOT_DISABLED", core("failed to authenticate deactivated robot account: robot$team+ci")],
  ["ROBOT_DISABLED", core("failed to authenticate disabled robot account: robot$team+ci")],
  ["ROBOT_CREDENTIAL_WRONG", core("failed to authenticate robot account: robot$team+ci")],
  [
    "LOGIN_REFUSED",
    core(
      "failed to authenticate user:admin, error:Failed to authenticate user, due to error 'Invalid credentials'",
    ),
  ],
  [
    "QUOTA_EXCEEDED",
    core(
      'reserve resources {"storage":1} for project 2 failed, error: Quota exceeded when processing the request of adding 1 B of storage resource, which when updated to current usage of 1 B will exceed the configured upper limit of 1 B.',
    ),
  ],
  [
    "PROXY_CACHE_UPSTREAM_DOWN",
    core(
      'failed to proxy manifest, fallback to local, request uri: /v2/cache/x/manifests/1, error: Get "http://10.0.0.9/v2/": dial tcp 10.0.0.9:80: connect: connection refused',
    ),
  ],
  [
    "ENDPOINT_UNREACHABLE",
    core(
      'failed to ping registry https://10.0.0.9: Get "https://10.0.0.9/v2/": dial tcp 10.0.0.9:443: connect: connection refused',
    ),
  ],
  [
    "COMPONENT_DOWN",
    "2026/11/22 19:13:15 http: proxy error: dial tcp 10.0.0.5:5000: connect: connection refused",
  ],
  [
    "COMPONENT_DOWN",
    nginxError("connect() failed (111: Connection refused) while connecting to upstream", "error"),
  ],
  [
    "COMPONENT_SLOW",
    nginxError(
      "upstream timed out (110: Connection timed out) while reading response header from upstream",
      "error",
    ),
  ],
  ["DATABASE_DOWN", core("failed to list: pq: sorry, too many clients already")],
  ["REDIS_DOWN", core("dial tcp 10.0.0.6:6379: connect: connection refused")],
  ["TOKEN_REJECTED", core("failed to decode bearer token: signature is invalid", "WARNING")],
  [
    "HARBOR_CRASH",
    "2026/11/22 19:07:16.007 \u001b[1;35m[C]\u001b[0m [config.go:501]  Handler crashed with error runtime error: invalid memory address",
  ],
  [
    "SCANNER_MISSING",
    core("scan artifact team/app@sha256:1 failed, error: no available scanner for project: 2"),
  ],
  [
    "AUDIT_ENDPOINT_DOWN",
    core("failed to connect to audit log endpoint, error dial tcp 10.0.0.8:514: connect: connection refused"),
  ],
  [
    "WEBHOOK_TARGET_DOWN",
    '2026-11-22T19:06:50Z [ERROR] [/jobservice/job/impl/notification/webhook_job.go:99]: exit webhook job, error: error to send request: Post "http://10.0.0.9/h": dial tcp 10.0.0.9:80: connect: connection refused',
  ],
  [
    "REGISTRY_READ_ONLY",
    core(
      '{"errors":[{"code":"DENIED","message":"The system is in read only mode. Any modification is prohibited."}]}',
    ),
  ],
  [
    "POLICY_VULNERABILITY",
    core(
      "current image with 3 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity'",
    ),
  ],
  ["POLICY_SIGNATURE", core("The image is not signed by cosign.")],
  [
    "CLIENT_CERTIFICATE_MISSING",
    nginxError("client sent no required SSL certificate while reading client request headers"),
  ],
  [
    "CLIENT_CERTIFICATE_REVOKED",
    nginxError(
      "client SSL certificate verify error: (23:certificate revoked) while reading client request headers",
    ),
  ],
  [
    "REVOCATION_LIST_EXPIRED",
    nginxError(
      "client SSL certificate verify error: (12:CRL has expired) while reading client request headers",
    ),
  ],
  [
    "CLIENT_CERTIFICATE_REFUSED",
    nginxError(
      "client SSL certificate verify error: (10:certificate has expired) while reading client request headers",
    ),
  ],
  [
    "PLAIN_HTTP_CLIENT",
    nginxError("client sent plain HTTP request to HTTPS port while reading client request headers"),
  ],
  [
    "TLS_VERSION_REFUSED",
    nginxError(
      "SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking",
    ),
  ],
  ["TOO_LARGE", nginxError("client intended to send too large body: 9999999 bytes", "error")],
  ["CLIENT_CERTIFICATE_MISSING", access("GET /v2/", 400, 230, byProxy)],
  ["PLAIN_HTTP_CLIENT", access("GET /", 400, 248, byProxy)],
  ["COMPONENT_DOWN", access("GET /v2/", 502, 150)],
  ["COMPONENT_SLOW", access("GET /v2/", 504, 150)],
  ["HARBOR_ERROR", access("GET /api/v2.0/projects", 500, 50)],
  ["IMAGE_NOT_FOUND", access("GET /v2/team/app/manifests/none", 404)],
  ["BLOB_MISSING", access("GET /v2/team/app/blobs/sha256:00", 404)],
  ["PUSH_REFUSED", access("POST /v2/team/app/blobs/uploads/", 403)],
  ["POLICY_REFUSED", access("GET /v2/team/app/manifests/1", 412)],
  ["UPSTREAM_RATE_LIMIT", access("GET /v2/cache/app/manifests/1", 429)],
  ["TOO_LARGE", access("PATCH /v2/team/app/blobs/uploads/1", 413)],
  ["LOGIN_REFUSED", access("GET /service/token?service=harbor-registry", 401)],
  ["API_LOGIN_REFUSED", access("GET /api/v2.0/projects", 401)],
  ["API_FORBIDDEN", access("PUT /api/v2.0/configurations", 403)],
  ["API_REQUEST_INVALID", access("POST /api/v2.0/robots", 400)],
  [
    "SECRET_KEY_WITHOUT_SCHEME",
    kubesphere(
      'Get "https://index.docker.io/v2/": dial tcp: lookup index.docker.io on 10.233.0.3:53: no such host',
    ),
  ],
  ["SECRET_TYPE_WRONG", kubesphere("expected secret type: kubernetes.io/dockerconfigjson, got: Opaque")],
  [
    "KUBESPHERE_WITHOUT_DOCKER",
    kubesphere(
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ),
  ],
  [
    "CONFIG_PATH_CONFLICT",
    'time="2026-11-22T19:40:04Z" level=warning msg="failed to load plugin io.containerd.grpc.v1.cri" error="invalid plugin config: `mirrors` cannot be set when `config_path` is provided"',
  ],
  [
    "HOSTS_FILE_BROKEN",
    'time="2026-11-22T19:40:04Z" level=error msg="failed to decode hosts.toml" error="failed to parse TOML: (1, 2)"',
  ],
  [
    "HOSTS_FILE_BROKEN",
    'time="2026-11-22T19:40:04Z" level=error msg="failed to decode /etc/containerd/certs.d/h.example/hosts.toml" error="toml: expected character ="',
  ],
  [
    "HOSTS_FILE_BROKEN",
    'time="2026-11-22T19:40:04Z" level=error msg="failed to decode hosts.toml" error="invalid `host` tree"',
  ],
  [
    "LOGIN_REFUSED",
    'time="2026-11-22T19:40:04Z" level=error msg="Handler for POST /v1.41/auth returned error: login attempt to https://h.example/v2/ failed with status: 401 Unauthorized"',
  ],
  [
    "LOGIN_REFUSED",
    'Error response from daemon: Get "https://h.example:8443/v2/": unauthorized: authentication required',
  ],
  ["PULL_REFUSED", "Error response from daemon: unauthorized: authentication required"],
  ["IMAGE_NOT_FOUND", dockerd("manifest unknown: manifest unknown")],
  ["PULL_REFUSED", dockerd("unauthorized: unauthorized to access repository: team/app, action: pull")],
  [
    "IMAGE_NOT_FOUND",
    'time="2026-11-22T19:40:04Z" level=error msg="Not continuing with pull after error: unknown: artifact team/app:1 not found"',
  ],
  ["IMAGE_NOT_FOUND", "Error response from daemon: unknown: repository team/app not found"],
  ["PROJECT_NOT_FOUND", core("failed to get project absent: project absent not found")],
  ["PULL_FAILED", event("Failed", "Error: ImagePullBackOff")],
  ["NOT_ESTABLISHED", core("something that nobody has seen before")],
];

describe("a line by itself", () => {
  test.each(lines)("tells %s", async (code, line) => {
    expect(await causesIn(`${line}\n`)).toEqual({ [code]: 1 });
  });

  test("of each cause there is one that tells it", () => {
    const told = new Set(lines.map(([code]) => code));
    expect(causes.map((c) => c.code).filter((code) => !told.has(code))).toEqual([]);
  });
});

describe("what carries a line does not matter", () => {
  const line = core("the robot account is expired: robot$team+ci");
  test.each([
    ["rsyslog", `Jan  7 20:08:44 172.18.0.1 core[15038]: ${line}`],
    ["syslog after RFC 5424", `<13>1 2026-01-07T20:08:44Z host core 15038 - - ${line}`],
    ["docker-compose v2", `harbor-core        | ${line}`],
    ["docker-compose v1 in colour", `\u001b[36mharbor-core    |\u001b[0m ${line}`],
    ["docker-compose -t", `harbor-core  | 2026-11-22T19:05:34.123456789Z ${line}`],
    ["docker logs -t", `2026-11-22T19:05:34.123456789Z ${line}`],
    [
      "kubectl logs --prefix --timestamps",
      `[pod/harbor-core-5d/core] 2026-11-22T19:05:34.123456789Z ${line}`,
    ],
    ["the CRI's files", `2026-11-22T19:05:34.123456789+08:00 stdout F ${line}`],
    ["docker's files", JSON.stringify({ log: `${line}\n`, stream: "stderr", time: "2026-11-22T19:05:34Z" })],
    [
      "journalctl -o json",
      JSON.stringify({
        MESSAGE: line,
        SYSLOG_IDENTIFIER: "harbor-core",
        __REALTIME_TIMESTAMP: "1795374334000000",
      }),
    ],
    ["a line end of Windows", `${line}\r`],
  ])("%s", async (_, carried) => {
    expect(await causesIn(`${carried}\n`)).toEqual({ ROBOT_EXPIRED: 1 });
  });
});

describe("what is normal", () => {
  test.each([
    ["the challenge that every pull begins with", access("GET /v2/", 401)],
    [
      "the challenge for a manifest",
      access("HEAD /v2/team/app/manifests/1", 401, 0, '"-" "containerd/1.6" 0.001 0.001 .'),
    ],
    ["a push that looks whether a layer is there", access("HEAD /v2/team/app/blobs/sha256:00", 404)],
    ["a push that looks whether a manifest is there", access("HEAD /v2/team/app/manifests/1", 404)],
    ["containerd that asks for a token by POST first", access("POST /service/token", 405)],
    ["a lookup of what is not there", access("GET /api/v2.0/projects/none", 404)],
    ["making what is there", access("POST /api/v2.0/projects", 409)],
    [
      "the registry's own words about a push",
      'time="2026-11-22T19:07:37Z" level=error msg="response completed with error" auth.user.name=harbor_registry_user err.code="blob unknown" err.detail=sha256:00 err.message="blob unknown to registry" go.version=go1.19 http.request.method=HEAD http.request.uri="/v2/team/app/blobs/sha256:00" http.response.status=404',
    ],
    [
      "Harbor's health check of the registry",
      'time="2026-11-22T19:07:37Z" level=warning msg="error authorizing context: basic authentication challenge for realm \\"harbor-registry-basic-realm\\": invalid authorization credential" go.version=go1.19',
    ],
    [
      "a request that asks for words that are a sign",
      access("GET /v2/x509: certificate signed by unknown authority", 200),
    ],
    [
      "dockerd's first word of what it tells at error next",
      dockerd('Get \\"https://h.example/v2/\\": x509: certificate signed by unknown authority'),
    ],
    ["an info of what will be tried", core("failed to proxy manifest is what we never want", "INFO")],
  ])("%s", async (_, line) => {
    expect(await causesIn(`${line}\n`)).toEqual({});
  });
});

describe("lines that only repeat a failure", () => {
  test("count for the cause that was told for the same robot", async () => {
    const text = [
      core("failed to authenticate deactivated robot account: robot$team+ci"),
      core("Login failed, locking robot$team+ci, and sleep for 1.5s", "WARNING"),
      core("failed to authenticate user:robot$team+ci, error:Failed to authenticate user"),
    ].join("\n");
    expect(await causesIn(text)).toEqual({ ROBOT_DISABLED: 3 });
  });

  test("count for the cause that was told for the same image or pod", async () => {
    const text = [
      event(
        "Failed",
        'Failed to pull image "h.example/team/app:1": pulling from host h.example failed with status code [manifests 1]: 401 Unauthorized',
      ),
      event("Failed", "Error: ErrImagePull"),
      event("Failed", "Error: ImagePullBackOff"),
    ].join("\n");
    expect(await causesIn(text)).toEqual({ PULL_REFUSED: 3 });
  });
});

describe("the order of causes", () => {
  const broken =
    'time="2026-11-22T19:40:04Z" level=error msg="failed to decode hosts.toml" error="invalid `host` tree"';
  const unknown = head("x509: certificate signed by unknown authority");
  const codes = async (...text: readonly string[]): Promise<readonly string[]> =>
    Object.keys(await causesIn(`${text.join("\n")}\n`));

  test("is that of their lines", async () => {
    const absent = pull("h.example/team/app:1: not found");
    expect(await codes(absent, unknown, unknown)).toEqual(["AUTHORITY_UNKNOWN", "IMAGE_NOT_FOUND"]);
  });

  test("has what explains another one before it, however often that one is told", async () => {
    expect(await codes(unknown, unknown, broken)).toEqual(["HOSTS_FILE_BROKEN", "AUTHORITY_UNKNOWN"]);
  });

  test("leaves causes that explain each other by their lines", async () => {
    const down = core("503 Service Unavailable");
    const refused = head("dial tcp 10.0.0.1:443: connect: connection refused");
    expect(await codes(down, refused, refused)).toEqual(["CONNECTION_REFUSED", "COMPONENT_DOWN"]);
    expect(await codes(down, down, refused)).toEqual(["COMPONENT_DOWN", "CONNECTION_REFUSED"]);
  });
});
