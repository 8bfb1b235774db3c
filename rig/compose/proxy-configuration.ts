import type { HarborYml, RigSettings } from "./settings.ts";

// What Harbor's template sets where strong_ssl_ciphers is off, and where it is on (facts/harbor.md §3.3).
const usualCiphers = "'!aNULL:kECDH+AESGCM:ECDH+AESGCM:RSA+AESGCM:kECDH+AES:ECDH+AES:RSA+AES:'";
const strongCiphers = "ECDHE+AESGCM:DHE+AESGCM:ECDHE+RSA+SHA256:DHE+RSA+SHA256:!AES128";

/**
 * nginx.conf in the shape of Harbor's own: the same includes in the same places, the same routes, logs and limits. Two things are
 * the rig's: the ports are those of the machine, and the upstreams stand on 127.0.0.1.
 */
export function proxyConfiguration(harbor: HarborYml, rig: RigSettings): string {
  const { https } = harbor;
  const servers = https === undefined ? plainServer(harbor) : secureServers(harbor, https);
  return `worker_processes auto;
pid /tmp/nginx.pid;

events {
  worker_connections 3096;
  use epoll;
  multi_accept on;
}

http {
  client_body_temp_path /tmp/client_body_temp;
  proxy_temp_path /tmp/proxy_temp;
  fastcgi_temp_path /tmp/fastcgi_temp;
  uwsgi_temp_path /tmp/uwsgi_temp;
  scgi_temp_path /tmp/scgi_temp;
  tcp_nodelay on;
  include /etc/nginx/conf.d/*.upstream.conf;

  proxy_http_version 1.1;

  upstream core {
    server 127.0.0.1:${rig.corePort};
  }

  upstream portal {
    server 127.0.0.1:${rig.portalPort};
  }

  log_format timed_combined '$remote_addr - '
    '"$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" '
    '$request_time $upstream_response_time $pipe';

  access_log /dev/stdout timed_combined;

  map $http_x_forwarded_proto $x_forwarded_proto {
    default $http_x_forwarded_proto;
    ""      $scheme;
  }

  include /etc/nginx/conf.d/*.server.conf;

${servers}
}
`;
}

function plainServer(harbor: HarborYml): string {
  return `  server {
    listen ${harbor.http?.port ?? 80};
    server_tokens off;
    client_max_body_size 0;
    chunked_transfer_encoding on;

    add_header X-Frame-Options DENY;
    add_header Content-Security-Policy "frame-ancestors 'none'";

    include /etc/nginx/conf.d/harbor.http.*.conf;

${locations("")}
  }`;
}

function secureServers(harbor: HarborYml, https: NonNullable<HarborYml["https"]>): string {
  const plain =
    harbor.http === undefined
      ? ""
      : `
  server {
    listen ${harbor.http.port};
    return 308 https://${harbor.hostname}:${https.port}$request_uri;
  }`;
  return `  server {
    listen ${https.port} ssl;
    server_tokens off;
    ssl_certificate /etc/cert/server.crt;
    ssl_certificate_key /etc/cert/server.key;

    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ${https.strong_ssl_ciphers ? strongCiphers : usualCiphers};
    ssl_prefer_server_ciphers on;
    ssl_session_cache shared:SSL:10m;

    client_max_body_size 0;
    chunked_transfer_encoding on;

    add_header Strict-Transport-Security "max-age=31536000; includeSubdomains; preload";
    add_header X-Frame-Options DENY;
    add_header Content-Security-Policy "frame-ancestors 'none'";

    include /etc/nginx/conf.d/harbor.https.*.conf;

${locations(" Secure")}
  }${plain}`;
}

/** @param flags what the template adds to cookies */
function locations(flags: string): string {
  const cookies = `proxy_cookie_path / "/; HttpOnly;${flags}";`;
  const passed = (path: string, to: string, more: readonly string[]): string =>
    [
      `    location ${path} {`,
      `      proxy_pass http://${to};`,
      ...[
        "proxy_set_header Host $http_host;",
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header X-Forwarded-Proto $x_forwarded_proto;",
        ...more,
        "proxy_buffering off;",
        "proxy_request_buffering off;",
      ].map((line) => `      ${line}`),
      "    }",
    ].join("\n");
  const long = ["proxy_send_timeout 900;", "proxy_read_timeout 900;"];
  return [
    passed("/", "portal/", [cookies]),
    passed("/c/", "core/c/", [cookies]),
    passed("/api/", "core/api/", [cookies]),
    "    location /v1/ {\n      return 404;\n    }",
    passed("/v2/", "core/v2/", long),
    passed("/service/", "core/service/", [cookies]),
    "    location /service/notifications {\n      return 404;\n    }",
  ].join("\n\n");
}
