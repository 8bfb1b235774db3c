import { describe, expect, test } from "vitest";
import type { KubeSphere } from "../../clients/kubesphere/detect.ts";
import type { TlsObservation } from "../../clients/tls/probe.ts";
import { createAuthority } from "../../pki/authority.ts";
import type { KeyType } from "../../pki/key.ts";
import { issueServer } from "../../pki/leaf.ts";
import type { Check } from "./check.ts";
import { judgeHandshake, judgeName } from "./harbor.ts";
import { judgeDns, judgeVersion } from "./kubernetes.ts";
import { judgeKubeSphere } from "./kubesphere.ts";

const verdict = (check: Check): string => ("finding" in check ? check.finding.code : "holds");
const verdicts = (checks: readonly Check[]): string[] => checks.map(verdict);

test.each([
  [1, 19, "PREFLIGHT_KUBERNETES_TOO_OLD"],
  [1, 20, "holds"],
  [1, 34, "holds"],
  [2, 0, "holds"],
])("Kubernetes %i.%i: %s", (major, minor, expected) => {
  expect(verdict(judgeVersion("c", { major, minor, text: `v${major}.${minor}` }))).toBe(expected);
});

test.each([
  ["no pods", [], "PREFLIGHT_COREDNS_ABSENT"],
  [
    "a pod that is not ready",
    [
      { name: "a", ready: true },
      { name: "b", ready: false },
    ],
    "PREFLIGHT_COREDNS_NOT_READY",
  ],
  [
    "a ready pod that does not answer",
    [{ name: "a", ready: true, silence: "HTTP 503" }],
    "PREFLIGHT_COREDNS_SILENT",
  ],
  [
    "ready pods that answer",
    [
      { name: "a", ready: true },
      { name: "b", ready: true },
    ],
    "holds",
  ],
])("CoreDNS with %s: %s", (_what, pods, expected) => {
  expect(verdict(judgeDns("c", pods))).toBe(expected);
});

describe("KubeSphere", () => {
  const present = (version: string | undefined, devops: boolean | "unknown"): KubeSphere => ({
    present: true,
    generation: 3,
    devops,
    multicluster: false,
    ...(version === undefined ? {} : { version }),
  });

  test.each<[string, KubeSphere, string[]]>([
    ["absent", { present: false }, ["PREFLIGHT_KUBESPHERE_ABSENT"]],
    ["3.2", present("v3.2.1", true), ["PREFLIGHT_KUBESPHERE_TOO_OLD", "holds"]],
    ["3.3", present("v3.3.2", true), ["holds", "holds"]],
    ["3.4 without DevOps", present("v3.4.1", false), ["holds", "PREFLIGHT_DEVOPS_OFF"]],
    ["4.1, DevOps not told", present("v4.1.3", "unknown"), ["holds", "holds"]],
    ["of a version that nothing tells", present(undefined, true), ["holds", "holds"]],
  ])("%s", (_what, kubesphere, expected) => {
    expect(verdicts(judgeKubeSphere("c", kubesphere))).toEqual(expected);
  });
});

test.each([
  ["harbor.example.com", "holds"],
  ["10.0.0.5", "PREFLIGHT_HARBOR_BY_ADDRESS"],
  ["[2001:db8::1]", "PREFLIGHT_HARBOR_BY_ADDRESS"],
])("a Harbor at %s: %s", (hostname, expected) => {
  expect(verdict(judgeName("h", hostname))).toBe(expected);
});

describe("the served key", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  const served = async (keyType: KeyType): Promise<TlsObservation> => {
    const authority = await createAuthority({
      commonName: "CA",
      keyType: "ECDSA_P256",
      validityDays: 30,
      now,
    });
    const { certificatePem } = await issueServer(authority, {
      dnsNames: ["a.example"],
      ipAddresses: [],
      keyType,
      validityDays: 10,
      now,
    });
    return observation([certificatePem]);
  };
  const observation = (chainPem: readonly string[]): TlsObservation => ({
    connected: true,
    handshake: true,
    chainPem,
    protocol: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    authorized: true,
    authorizationError: undefined,
    servedSerial: undefined,
    servedNames: undefined,
    servedIssuer: undefined,
    notBefore: undefined,
    notAfter: undefined,
    client: "accepted",
    failure: undefined,
  });

  test.each<KeyType>(["ECDSA_P256", "ECDSA_P384", "RSA_2048"])("%s holds", async (keyType) => {
    expect(verdicts(judgeHandshake("h", await served(keyType)))).toEqual(["holds", "holds"]);
  });

  test("RSA of 1024 bits is weak", () => {
    expect(verdicts(judgeHandshake("h", observation([weakCertificate])))).toEqual([
      "holds",
      "PREFLIGHT_KEY_WEAK",
    ]);
  });

  test("nothing served is nothing judged", () => {
    expect(judgeHandshake("h", observation([]))).toEqual([]);
  });
});

// openssl req -x509 -newkey rsa:1024 -subj /CN=weak.example: our own PKI refuses to make one.
const weakCertificate = `-----BEGIN CERTIFICATE-----
MIICIzCCAYygAwIBAgIUEJSZO/BOHRNCpU/UYQT6lub3UgMwDQYJKoZIhvcNAQEL
BQAwFzEVMBMGA1UEAwwMd2Vhay5leGFtcGxlMB4XDTI2MTEyMjIyNDMwMFoXDTM2
MTExOTIyNDMwMFowFzEVMBMGA1UEAwwMd2Vhay5leGFtcGxlMIGfMA0GCSqGSIb3
DQEBAQUAA4GNADCBiQKBgQDMgLB57SxDTrVTcniHrxy84WQ1pMo5y0C79l5b3vsW
qTGXa/lIK+EXNbttzYP4gcLxcyvtPrbf3WKNsorXctF/q2MIFFBnyVrk4XnE7SHq
+xczvtgZMwkZ8R0vLmi8DZQ8sHATYMkiyshs3DQO4/33FJzk1N5eHSdC4ucm2fVz
dwIDAQABo2wwajAdBgNVHQ4EFgQUQM5lONRscsaAZmIZXEVkkQeIy80wHwYDVR0j
BBgwFoAUQM5lONRscsaAZmIZXEVkkQeIy80wDwYDVR0TAQH/BAUwAwEB/zAXBgNV
HREEEDAOggx3ZWFrLmV4YW1wbGUwDQYJKoZIhvcNAQELBQADgYEAcgzeoQJj6G+L
y85Cvi8S5ycT2ZD8RrvdqydaIDglLqKiwwKEKSLhYb8RSFGB+uFyePIGlwuO+MrJ
cS7g+W9D0uO8RAFENaYVfVVr1JaO+dmSUPZ3m4G3whkclWF1WRYlQ0Aq7mHKXuz7
tZZxgb08T+9yqh3/rcP437TStVlrl3o=
-----END CERTIFICATE-----`;
