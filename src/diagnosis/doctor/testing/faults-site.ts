import type { Fault, Oddity, Scene } from "./scene.ts";

const of = (
  part: Fault["part"],
  name: string,
  cause: string,
  plant: Fault["plant"],
  ask?: Fault["ask"],
): Fault => ({ part, name, cause, plant, ...(ask !== undefined && { ask }) });

const at = (name: string, cause: string, oddity: Oddity): readonly Fault[] =>
  (["pod", "registry"] as const).map((ask) =>
    of("way", `${name} (asked about the ${ask})`, cause, (s) => void (s.host = s.odd[oddity]), ask),
  );

const onTheWay: readonly Fault[] = [
  ...at("nothing listens", "CONNECTION_REFUSED", "nothing"),
  ...at("connections are cut", "CONNECTION_CUT", "cut"),
  ...at("plain HTTP answers", "PLAIN_HTTP_SERVER", "plain"),
  of(
    "way",
    "the intermediate is not sent",
    "CHAIN_INCOMPLETE",
    (s) => void (s.host = s.odd.withoutIntermediate),
    "registry",
  ),
  ...at("another CA signed", "AUTHORITY_UNKNOWN", "anotherAuthority"),
  ...at("the certificate is another machine's", "NAME_NOT_IN_CERTIFICATE", "anotherName"),
  ...at("the certificate ended", "CERTIFICATE_EXPIRED", "ended"),
  ...at("the certificate begins later", "CERTIFICATE_NOT_YET_VALID", "notYet"),
  ...at("only TLS 1.1 is spoken", "TLS_VERSION_REFUSED", "old"),
  ...at("a client certificate is asked for", "CLIENT_CERTIFICATE_MISSING", "mutual"),
  ...at("tokens are elsewhere", "TOKEN_SERVICE_ELSEWHERE", "realmElsewhere"),
  of("way", "the name does not resolve", "NAME_NOT_RESOLVED", (s) => void (s.host = "nosuch.invalid")),
  of(
    "way",
    "the certificate has no SAN",
    "CERTIFICATE_WITHOUT_SAN",
    (s) => void (s.host = s.odd.withoutSan),
    "registry",
  ),
];

const inTheSecret: readonly Fault[] = [
  of("secret", "the Secret was deleted", "PULL_SECRET_MISSING", (s) => void (s.secret.isThere = false)),
  of("secret", "the pod names no Secret", "PULL_SECRET_NOT_NAMED", (s) => void (s.secret.isNamed = false)),
  of("secret", "the Secret is Opaque", "SECRET_TYPE_WRONG", (s) => void (s.secret.type = "Opaque")),
  of("secret", "the Secret holds no JSON", "PULL_SECRET_UNREADABLE", (s) => void (s.secret.content = "{")),
  of(
    "secret",
    "the Secret holds no login",
    "PULL_SECRET_UNREADABLE",
    (s) => void (s.secret.content = '{"auths":{}}'),
  ),
  of(
    "secret",
    "the Secret is for another host",
    "PULL_SECRET_FOR_ANOTHER_HOST",
    (s) => void (s.secret.key = "https://other.example"),
  ),
  of(
    "secret",
    "the Secret is for another port",
    "PULL_SECRET_FOR_ANOTHER_HOST",
    (s) => void (s.secret.key = "https://localhost"),
  ),
  of(
    "secret",
    "the key has no scheme",
    "SECRET_KEY_WITHOUT_SCHEME",
    (s) => void (s.secret.hasScheme = false),
  ),
  of(
    "secret",
    "a service account names a Secret that is gone",
    "PULL_SECRET_MISSING",
    (s) => void (s.secret.isThere = false),
    "project",
  ),
  of(
    "secret",
    "Validate meets an Opaque Secret",
    "SECRET_TYPE_WRONG",
    (s) => void (s.secret.type = "Opaque"),
    "project",
  ),
];

const inTheLogin: readonly Fault[] = [
  of(
    "login",
    "the robot's secret was refreshed",
    "ROBOT_CREDENTIAL_WRONG",
    (s) => void (s.secret.password = "Wrong12345"),
  ),
  of("login", "the robot is disabled", "ROBOT_DISABLED", (s) => s.setRobot({ disable: true })),
  of("login", "the robot expired", "ROBOT_EXPIRED", (s) => s.setRobot({ expiresAt: 1_700_000_000 })),
  of("login", "the robot was deleted", "ROBOT_GONE", (s) => s.removeRobot()),
  of("login", "the robot may only push", "ROBOT_WITHOUT_RIGHT", (s) =>
    s.setRobot({
      permissions: [
        { kind: "project", namespace: s.project, access: [{ resource: "artifact", action: "create" }] },
      ],
    }),
  ),
  of("login", "the robot is another project's", "ROBOT_WITHOUT_RIGHT", (s) =>
    s.setRobot({
      permissions: [
        { kind: "project", namespace: "library", access: [{ resource: "repository", action: "pull" }] },
      ],
    }),
  ),
];

const inTheImage: readonly Fault[] = [
  of("image", "the tag is missing", "IMAGE_NOT_FOUND", (s) => void (s.tag = "2")),
  of(
    "image",
    "the tag is missing (asked about the image)",
    "IMAGE_NOT_FOUND",
    (s) => void (s.tag = "2"),
    "image",
  ),
  of("image", "the repository is missing", "IMAGE_NOT_FOUND", (s) => void (s.repository = `${s.project}/ap`)),
  of("image", "the project is missing", "PROJECT_NOT_FOUND", (s) => void (s.repository = "nosuch/app")),
  of(
    "image",
    "the project is missing (asked about the image)",
    "PROJECT_NOT_FOUND",
    (s) => void (s.repository = "nosuch/app"),
    "image",
  ),
  of(
    "image",
    "a layer is lost",
    "BLOB_MISSING",
    (s) => void s.answers.push({ match: { method: "HEAD", path: /\/blobs\// }, status: 404 }),
  ),
];

const metadataOf = (change: Readonly<Record<string, string>>) => (s: Scene) =>
  s.setProject({ metadata: { public: "false", ...change } });

/** A report of this image, with one vulnerability in it. */
function scanned({ harbor: { site }, project }: Scene): void {
  const of = (id: number): string | undefined => site.store.get("projects", id)?.name;
  const artifact = site.store.all("artifacts").find((a) => of(a.projectId) === project);
  site.store.insert("scans", {
    artifactId: artifact?.id ?? 0,
    status: "Success",
    vulnerabilities: [{ id: "CVE-1", severity: "Critical", package: "p", version: "1", fix_version: "" }],
    scanned: "2026-11-01T00:00:00Z",
  });
}

const inThePolicy: readonly Fault[] = [
  of(
    "policy",
    "the project wants signatures of notation",
    "POLICY_SIGNATURE",
    metadataOf({ enable_content_trust: "true" }),
  ),
  of("policy", "the image was never scanned", "POLICY_VULNERABILITY", (s) => {
    metadataOf({ prevent_vul: "true", severity: "high" })(s);
    const message =
      "current image without vulnerability scanning cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of \"High\" or higher from running.'";
    const errors = [{ code: "PROJECTPOLICYVIOLATION", message }];
    const scanner = {
      uuid: "1",
      name: "Trivy",
      url: "http://trivy:8080",
      disabled: false,
      health: "healthy",
    };
    s.answers.push(
      { match: { path: /^\/v2\/.*\/manifests\// }, status: 412, json: { errors } },
      { match: { path: "/api/v2.0/scanners" }, json: [scanner] },
    );
  }),
  of("policy", "the allowlist that exempted it is over", "CVE_ALLOWLIST_OVER", (s) => {
    s.setProject({
      metadata: { public: "false", prevent_vul: "true", severity: "high", reuse_sys_cve_allowlist: "false" },
      allowlist: [{ cve_id: "CVE-1" }],
      allowlistExpires: 1_700_000_000,
    });
    scanned(s);
  }),
  of(
    "policy",
    "the project wants signatures of cosign",
    "POLICY_SIGNATURE",
    metadataOf({ enable_content_trust_cosign: "true" }),
  ),
  of("policy", "the image has vulnerabilities", "POLICY_VULNERABILITY", (s) => {
    metadataOf({ prevent_vul: "true", severity: "high" })(s);
    scanned(s);
  }),
];

const health = (name: string) => (s: Scene) =>
  void s.answers.push({
    match: { path: "/api/v2.0/health" },
    json: { status: "unhealthy", components: [{ name, status: "unhealthy", error: "not reached" }] },
  });
const everywhere = (name: string, cause: string, plant: Fault["plant"]): readonly Fault[] =>
  (["registry", "pod"] as const).map((ask) =>
    of("harbor", `${name} (asked about the ${ask})`, cause, plant, ask),
  );

const inHarbor: readonly Fault[] = [
  ...["core", "database", "redis", "registry", "jobservice"].map((name) =>
    of("harbor", `${name} is ill`, "COMPONENT_DOWN", health(name), "registry"),
  ),
  ...everywhere(
    "the registry behind Harbor is down",
    "COMPONENT_DOWN",
    (s) => void s.answers.push({ match: { path: "/v2/" }, status: 502 }),
  ),
  of(
    "harbor",
    "it refuses the document's account",
    "HARBOR_ACCOUNT_REFUSED",
    (s) => void (s.account.password = "Wrong12345"),
    "registry",
  ),
  of(
    "harbor",
    "the project's quota is used up",
    "QUOTA_EXCEEDED",
    (s) => {
      const { store } = s.harbor.site;
      const project = store.all("projects").find(({ name }) => name === s.project);
      const quota = store.all("quotas").find(({ projectId }) => projectId === project?.id);
      store.update("quotas", quota?.id ?? 0, { hard: 1 });
    },
    "image",
  ),
  of(
    "harbor",
    "it is read-only",
    "REGISTRY_READ_ONLY",
    (s) => void s.answers.push({ match: { path: "/api/v2.0/systeminfo" }, json: { read_only: true } }),
    "registry",
  ),
  of(
    "harbor",
    "its disk is full",
    "STORAGE_FULL",
    (s) =>
      void s.answers.push(
        { match: { path: "/api/v2.0/systeminfo/volumes" }, json: { storage: [{ total: 1000, free: 0 }] } },
        {
          match: { path: "/api/v2.0/systeminfo" },
          json: { read_only: false, registry_storage_provider_name: "filesystem" },
        },
      ),
    "registry",
  ),
  of(
    "harbor",
    "its external_url is plain HTTP",
    "TOKEN_SERVICE_ELSEWHERE",
    (s) =>
      void s.answers.push({
        match: { path: "/api/v2.0/systeminfo" },
        json: { read_only: false, external_url: "http://localhost" },
      }),
    "registry",
  ),
  of(
    "harbor",
    "an upstream is not reached",
    "PROXY_CACHE_UPSTREAM_DOWN",
    (s) =>
      void s.answers.push({
        match: { path: "/api/v2.0/registries" },
        json: [{ id: 1, name: "hub", type: "docker-hub", url: "https://hub", status: "unhealthy" }],
      }),
    "registry",
  ),
  of(
    "harbor",
    "the manifest is refused as too many",
    "UPSTREAM_RATE_LIMIT",
    (s) => void s.answers.push({ match: { path: /\/manifests\// }, status: 429 }),
  ),
];

const onTheNode: readonly Fault[] = [
  of("node", "the node is not Ready", "NODE_NOT_READY", (s) => void (s.node.isReady = false), "node"),
  of("node", "the node's disk is full", "NODE_DISK_PRESSURE", (s) => void (s.node.hasDisk = false), "node"),
  of(
    "node",
    "images can not be collected",
    "NODE_DISK_PRESSURE",
    (s) =>
      void s.node.events.push(
        "failed to garbage collect required amount of images. Wanted to free 1 bytes, but freed 0 bytes",
      ),
    "node",
  ),
];

/** What is planted into a real Harbor, Kubernetes, or server. */
export const siteFaults: readonly Fault[] = [
  ...onTheWay,
  ...inTheSecret,
  ...inTheLogin,
  ...inTheImage,
  ...inThePolicy,
  ...inHarbor,
  ...onTheNode,
];
