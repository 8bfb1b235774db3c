import type { ClusterProxy } from "./schema.ts";

/** Where the pod's volumes lie. Each is a folder of its own, which the kubelet replaces as a whole. */
export const folders = {
  config: "/etc/moorline/config",
  server: "/etc/moorline/server",
  upstream: "/etc/moorline/upstream",
} as const;

/** What the pod listens on; a port that needs no right. */
export const podPort = 8443;
export const healthPath = "/.moorline/health";

const ciphers =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/**
 * nginx's configuration: TLS towards clients with the proxy's own certificate, TLS towards Harbor with the client
 * certificate and Harbor's checked against its CA and name. Paths are compared after nginx has decoded and normalised
 * them, and passed on as they came. Harbor is told its own name, so that its token realm and redirects stay right.
 * @param url `https://host[:port]`
 */
export function nginxConf(url: string, { allowedPaths }: Pick<ClusterProxy, "allowedPaths">): string {
  const { hostname, host, port } = new URL(url);
  const { server, upstream } = folders;
  const locations = [...new Set(allowedPaths)].map(
    (path) => `    location ^~ ${path} {
      proxy_pass https://harbor;
    }`,
  );
  return `# Written by Moorline.
worker_processes 2;
pid /tmp/nginx.pid;
error_log stderr warn;
events {
  worker_connections 1024;
}
http {
  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server_tokens off;
  log_format moorline '$remote_addr [$time_iso8601] "$request_method $uri" $status $body_bytes_sent $request_time';
  access_log /dev/stdout moorline;
  upstream harbor {
    server ${hostname}:${port || "443"};
    keepalive 16;
  }
  server {
    listen ${podPort} ssl;
    ssl_certificate ${server}/tls.crt;
    ssl_certificate_key ${server}/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ${ciphers};
    ssl_prefer_server_ciphers on;
    ssl_session_tickets off;
    ssl_session_cache shared:tls:2m;
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_read_timeout 300s;
    proxy_set_header Host ${host};
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_ssl_server_name on;
    proxy_ssl_name ${hostname.replaceAll(/[[\]]/g, "")};
    proxy_ssl_protocols TLSv1.2 TLSv1.3;
    proxy_ssl_certificate ${upstream}/tls.crt;
    proxy_ssl_certificate_key ${upstream}/tls.key;
    proxy_ssl_trusted_certificate ${upstream}/ca.crt;
    proxy_ssl_verify on;
    proxy_ssl_verify_depth 5;
    location = ${healthPath} {
      access_log off;
      return 204;
    }
${locations.join("\n")}
    location / {
      return 403;
    }
  }
}
`;
}

/**
 * Runs nginx and has it reload when the kubelet has put new files in place. nginx has no watcher; a second container
 * would need the first one's process namespace, and with it its keys. The kubelet replaces a volume's files by
 * pointing \`..data\` elsewhere, so that comparing where it leads is enough, with nothing but the shell.
 */
export const runScript = `#!/bin/sh
# Written by Moorline.
set -u
conf=${folders.config}/nginx.conf
seen() { for d in ${Object.values(folders).join(" ")}; do (cd -P "$d/..data" && pwd); done; }
before=$(seen)
nginx -c "$conf" -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT "$nginx"' TERM INT QUIT
while kill -0 "$nginx" 2>/dev/null; do
  sleep 5 &
  wait $!
  now=$(seen)
  if [ "$now" = "$before" ]; then continue; fi
  if nginx -t -q -c "$conf"; then
    kill -HUP "$nginx"
    before=$now
    echo "moorline: reloaded" >&2
  else
    echo "moorline: the new files do not fit; serving with the old ones" >&2
  fi
done
wait "$nginx"
`;
