import type { SandboxServers } from "./servers.ts";

/** Commands that a visitor can copy. */
export function pointers(servers: SandboxServers, data: string): readonly string[] {
  const host = new URL(servers.harbor.url).host;
  const ca = `${data}/ca.crt`;
  const password = `${data}/identity/harbor-admin-password`;
  const kubectl = `kubectl --kubeconfig ${servers.kubeconfig}`;
  return [
    `${kubectl} get namespaces,nodes`,
    `${kubectl} -n shop-web get secret harbor -o yaml`,
    `curl --cacert ${ca} --config <(printf 'user = "admin:%s"' "$(cat ${password})") ${servers.harbor.url}/api/v2.0/projects`,
    `mkdir -p ${data}/certs && cp ${ca} ${data}/certs/ca.crt`,
    `skopeo login --cert-dir ${data}/certs -u admin --password-stdin ${host} < ${password}`,
    `skopeo inspect --cert-dir ${data}/certs docker://${host}/shop/hello:1.0`,
    `docker login -u admin --password-stdin ${host} < ${password} && docker pull ${host}/shop/hello:1.0`,
    `HARBOR_USERNAME=admin HARBOR_PASSWORD="$(cat ${password})" npm run --silent moorline -- plan -f ${data}/quickstart --kubeconfig ${servers.kubeconfig}`,
  ];
}
