import { describe, expect, test } from "vitest";
import { refusalsOf } from "./requirements.ts";
import { harborYmlText } from "./testing/harbor-yml.ts";

const filled = (version: string): string =>
  harborYmlText(version)
    .replace("reg.mydomain.com", "harbor.example.com")
    .replace("/your/certificate/path", "/data/cert/a.crt")
    .replace("/your/private/key/path", "/data/cert/a.key");
const refused = (yaml: string, minor = 9): string[] =>
  refusalsOf(yaml, minor, "harbor.yml").map((r) => `${r.setting}: ${r.reason}`);

describe("what prepare would stop at", () => {
  test.each(["2.4.0", "2.8.0", "2.9.0", "2.15.0"])(
    "is nothing in a filled-in harbor.yml of %s",
    (version) => {
      expect(refused(filled(version), Number(version.split(".")[1]))).toEqual([]);
    },
  );

  test("are the placeholders of the template", () => {
    expect(refused(harborYmlText("2.9.0"))).toEqual([
      "hostname: placeholder",
      "https.certificate: placeholder",
      "https.private_key: placeholder",
    ]);
  });

  test("is a file of an older version that was not migrated", () => {
    expect(refused(filled("2.7.0"), 9)).toEqual([
      "jobservice.logger_sweeper_duration: missing",
      "jobservice.job_loggers: missing",
      "notification.webhook_job_http_client_timeout: missing",
    ]);
  });

  test.each<[string, string, string]>([
    ["level: info", "level: loud", "log.level: unknown value"],
    ["hostname: harbor.example.com", "hostname: 127.0.0.1", "hostname: loopback"],
    ["age: 168h", "age: 1h", "upload_purging.age: unknown value"],
    ["interval: 24h", "interval: 1d", "upload_purging.interval: unknown value"],
    [
      "cache:\n  enabled: false\n  expire_hours: 24",
      "cache:\n  enabled: true\n  expire_hours: 0",
      "cache.expire_hours: unknown value",
    ],
    ["harbor_admin_password: Harbor12345", "", "harbor_admin_password: missing"],
    ["  private_key: /data/cert/a.key", "", "https.private_key: missing"],
    ["_version:", "metric:\n  enabled: true\n_version:", "metric.port: missing"],
    ["_version:", "internal_tls:\n  enabled: true\n_version:", "internal_tls.dir: missing"],
    ["_version:", "trace:\n  enabled: true\n_version:", "trace: unknown value"],
    [
      "_version:",
      "core:\n  quota_update_provider: etcd\n_version:",
      "core.quota_update_provider: unknown value",
    ],
    [
      "_version:",
      "external_database:\n  harbor:\n    host: db\n_version:",
      "external_database.harbor.port: missing",
    ],
  ])("is %j turned into %j", (before, after, expected) => {
    expect(filled("2.9.0")).toContain(before);
    expect(refused(filled("2.9.0").replace(before, after))).toContain(expected);
  });
});
