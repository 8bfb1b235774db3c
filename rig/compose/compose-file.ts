import { stringify } from "yaml";
import { composeImages } from "./images.ts";
import type { HarborYml, RigSettings } from "./settings.ts";

/**
 * docker-compose.yml with Harbor's own names and mounts of the service `proxy`. The containers use the machine's network, for
 * the rig's docker has none of its own; of Harbor's other services there is the portal, so that a restart of others shows.
 */
export function composeFile(harbor: HarborYml, rig: RigSettings): string {
  const images = composeImages(rig.version);
  const common = {
    restart: "always",
    cap_drop: ["ALL"],
    cap_add: ["CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"],
    network_mode: "host",
  };
  const certificates = harbor.https === undefined ? [] : [`${harbor.data_volume}/secret/cert:/etc/cert:z`];
  const trusted = {
    type: "bind",
    source: "./common/config/shared/trust-certificates",
    target: "/harbor_cust_cert",
  };
  const listener = `127.0.0.1:${rig.portalPort}`;
  return stringify({
    version: "2.3",
    services: {
      portal: {
        image: images.portal,
        container_name: "harbor-portal",
        ...common,
        command: ["/bin/busybox", "httpd", "-f", "-p", listener, "-h", "/www"],
      },
      proxy: {
        image: images.proxy,
        container_name: "nginx",
        ...common,
        volumes: ["./common/config/nginx:/etc/nginx:z", ...certificates, trusted],
        depends_on: ["portal"],
      },
    },
  });
}
