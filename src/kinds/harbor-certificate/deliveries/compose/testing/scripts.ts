/**
 * Small programs in the place of docker, docker-compose and Harbor's prepare. They do to files what the real ones do,
 * in the same order; nginx is a folder `loaded` with the pair that it has in memory, which a TLS server of the test
 * serves. Switches are files in the state folder: `no-v2`, `refuse`, `up-fails`, `prepare-fails`, `keep-loaded`.
 */

const header = (state: string, directory: string, data: string): string => `#!/bin/sh
S='${state}'; D='${directory}'; V='${data}'
echo "$(basename "$0") $*" >> "$S/calls"
`;

/** What the container and nginx in it do. */
const container = `
inode() { cat "$S/folder" 2>/dev/null || echo none; }
sees() { [ "$(inode)" = "$(cat "$S/mounted" 2>/dev/null)" ]; }
fits() {
  [ -f "$D/common/config/nginx/nginx.conf" ] || { echo 'nginx: [emerg] open() "/etc/nginx/nginx.conf" failed' >&2; return 1; }
  [ -f "$S/refuse" ] && { echo 'nginx: [emerg] unknown directive "sll" in /etc/nginx/conf.d/harbor.https.a.conf:1' >&2; return 1; }
  grep -q ssl_certificate "$D/common/config/nginx/nginx.conf" || return 0
  sees || { echo 'nginx: [emerg] cannot load certificate "/etc/cert/server.crt"' >&2; return 1; }
  [ "$(openssl x509 -pubkey -noout -in "$V/secret/cert/server.crt" 2>&1)" = "$(openssl pkey -pubout -in "$V/secret/cert/server.key" 2>&1)" ] ||
    { echo 'nginx: [emerg] SSL_CTX_use_PrivateKey failed (key values mismatch)' >&2; return 1; }
}
load() {
  [ -f "$S/keep-loaded" ] && return 0
  rm -rf "$S/loaded"
  grep -q ssl_certificate "$D/common/config/nginx/nginx.conf" || return 0
  mkdir "$S/loaded" && cp "$V/secret/cert/server.crt" "$V/secret/cert/server.key" "$S/loaded/"
}
start() {
  inode > "$S/mounted"
  if fits 2>/dev/null; then load; echo running > "$S/proxy"; else rm -rf "$S/loaded"; echo restarting > "$S/proxy"; fi
}
`;

const compose = `
composed() {
  while :; do case "$1" in
    -f) [ -f "$2" ] || { echo "no such file: $2" >&2; exit 14; }; shift 2;;
    *) break;;
  esac; done
  case "$1" in
    version) echo "$NAME version 1.29.2, build unknown";;
    ps) [ -f "$S/proxy" ] && echo 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef; return 0;;
    restart) start;;
    down) rm -rf "$S/loaded" "$S/proxy";;
    up) if [ -f "$S/up-fails" ]; then
          echo created > "$S/proxy"; cat "$S/up-fails" >&2; exit 1
        fi
        [ -f "$S/proxy" ] && [ "$(cat "$S/proxy")" = running ] || start;;
  esac
}
`;

export function dockerScript(state: string, directory: string, data: string): string {
  return `${header(state, directory, data)}${container}${compose}
NAME="Docker Compose"
case "$1" in
  compose) [ -f "$S/no-v2" ] && { echo "docker: 'compose' is not a docker command." >&2; exit 1; }
    shift; composed "$@";;
  inspect) printf '{"id":"%s","service":"proxy","state":"%s","restarts":0}\\n' "$4" "$(cat "$S/proxy")";;
  exec) [ "$(cat "$S/proxy")" = running ] || { echo "Error response from daemon: Container is $(cat "$S/proxy")" >&2; exit 1; }
    case "$3 $4" in
      "cat "*) sees && cat "$V/secret/cert/server.crt";;
      "nginx -t") fits && echo "nginx: configuration file /etc/nginx/nginx.conf test is successful" >&2;;
      "nginx -s") fits && load;;
    esac;;
esac
`;
}

export function composeScript(state: string, directory: string, data: string): string {
  return `${header(state, directory, data)}${container}${compose}
NAME=docker-compose
composed "$@"
`;
}

/** Wipes, then validates, then replaces the folder of the certificate (facts: harbor §3.1). */
export function prepareScript(state: string, directory: string, data: string): string {
  return `${header(state, directory, data)}
field() { sed -n "s/^  $1: *//p" "$D/harbor.yml" | head -1; }
find "$D/common/config" -type f -delete
[ -f "$S/prepare-fails" ] && { echo 'ERROR:root:Error: The protocol is https but attribute ssl_cert is not set' >&2; exit 1; }
HOST="$(sed -n 's/^hostname: *//p' "$D/harbor.yml")"
[ "$HOST" = reg.mydomain.com ] && { echo 'ERROR:root:Please specify hostname' >&2; exit 1; }
mkdir -p "$D/common/config/nginx/conf.d" "$D/common/config/core"
TLS=; CERT=
if grep -q '^https:' "$D/harbor.yml"; then
  rm -rf "$V/secret/cert"; mkdir -p "$V/secret/cert"; date +%s%N > "$S/folder"
  cp "$(field certificate)" "$V/secret/cert/server.crt" || exit 1
  cp "$(field private_key)" "$V/secret/cert/server.key" || exit 1
  chmod 600 "$V/secret/cert/server.crt" "$V/secret/cert/server.key"
  TLS='ssl_certificate /etc/cert/server.crt;'; CERT="      - $V/secret/cert:/etc/cert:z"
fi
echo "server { $TLS }" > "$D/common/config/nginx/nginx.conf"
echo "CORE_SECRET=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' ')" > "$D/common/config/core/env"
printf 'services:\\n  core: {}\\n  proxy:\\n    volumes:\\n      - ./common/config/nginx:/etc/nginx:z\\n%s\\n' "$CERT" > "$D/docker-compose.yml"
`;
}
