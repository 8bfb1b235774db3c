import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { coveredIn, httpAdditions, modeIn, serverAdditions, type NginxWanted } from "./nginx.ts";

const wanted: NginxWanted = {
  mode: "enforce",
  settings: {
    covers: ["registry", "api"],
    verifyDepth: 2,
    exempt: [
      { name: "ks-apiserver", addresses: ["10.0.0.7", "10.233.64.0/18"] },
      { name: "shanghai", addresses: ["2001:db8::/32"] },
    ],
  },
  revoked: ["0a", "49610a1c"],
};

describe("nginx's additions", () => {
  test("refuse exactly what is covered, to all but the exempt", () => {
    const http = httpAdditions(wanted);
    expect(http).toContain(`geo $moorline_exempt {
  default "";
  10.0.0.7 ks-apiserver;
  10.233.64.0/18 ks-apiserver;
  2001:db8::/32 shanghai;
}`);
    expect(http).toContain(`map $ssl_client_serial $moorline_revoked {
  default "";
  0A REVOKED;
  49610A1C REVOKED;
}`);
    expect(http).toContain(`$moorline_refused {
  default "";
  "~^registry::NONE$" 496;
  "~^registry::(?!SUCCESS$)" 495;
  "~^api::NONE$" 496;
  "~^api::(?!SUCCESS$)" 495;
}`);
    expect([modeIn(http), coveredIn(http)]).toEqual(["enforce", ["registry", "api"]]);
  });

  test("refuse nobody while they only observe", () => {
    const http = httpAdditions({ ...wanted, mode: "observe" });
    expect([modeIn(http), coveredIn(http)]).toEqual(["observe", []]);
    expect(http).toContain(`$moorline_refused {
  default "";
}`);
    const { mode: _, ...rest } = wanted;
    expect(serverAdditions({ ...rest, mode: "observe" })).toBe(serverAdditions(wanted));
  });

  test("name a revocation list only where there is one", () => {
    expect(serverAdditions(wanted)).toContain("ssl_crl /etc/nginx/moorline/crl.pem;");
    const { revoked: _, ...without } = wanted;
    expect(serverAdditions(without)).not.toContain("ssl_crl");
  });

  test.each([
    ["nothing", ""],
    ["somebody else's file", "map $uri $x { default 1; }\n"],
    ["a mode that is none", "# mode: everything\n"],
  ])("are not taken for ours where they are %s", (_what, text) => {
    expect([modeIn(text), coveredIn(text)]).toEqual([undefined, []]);
  });

  // Debian's nginx is there wherever the rig is; elsewhere its own tests on the rig say so.
  test.runIf(existsSync("/usr/sbin/nginx"))("are what nginx takes, in Harbor's own places", () => {
    const folder = mkdtempSync(join(tmpdir(), "moorline-nginx-"));
    try {
      const put = (path: string, text: string): void => {
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(
          join(folder, path),
          text.replaceAll("/etc/nginx/moorline-log", folder).replaceAll("/etc/nginx/moorline", folder),
        );
      };
      const subject = [
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=a",
      ];
      execFileSync(
        "openssl",
        ["req", ...subject, "-keyout", join(folder, "key"), "-out", join(folder, "ca.pem")],
        {
          stdio: "pipe",
        },
      );
      put("http.conf", httpAdditions(wanted));
      put("server.conf", serverAdditions(wanted).replace(/^ssl_crl .*$/m, ""));
      put(
        "nginx.conf",
        `pid ${folder}/pid; error_log ${folder}/error.log; events {}
http {
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder};
  scgi_temp_path ${folder}; include ${folder}/http.conf;
  upstream core { server 127.0.0.1:1; } upstream portal { server 127.0.0.1:2; }
  access_log ${folder}/access.log;
  server {
    listen 127.0.0.1:39999 ssl; ssl_certificate ${folder}/ca.pem; ssl_certificate_key ${folder}/key;
    include ${folder}/server.conf;
    location /v2/ { proxy_pass http://core/v2/; }
  }
}`,
      );
      expect(() =>
        execFileSync("/usr/sbin/nginx", ["-t", "-c", join(folder, "nginx.conf")], { stdio: "pipe" }),
      ).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
