import { busyboxImage } from "../images/busybox.ts";
import { ensureDockerImage } from "../images/docker.ts";
import { nginxRootFiles } from "../images/nginx.ts";
import type { RigLayout } from "../layout.ts";

/** Harbor's own names of its images, so that whoever reads a version off them finds one. */
export function composeImages(version: string): { readonly proxy: string; readonly portal: string } {
  return { proxy: `goharbor/nginx-photon:${version}`, portal: `goharbor/harbor-portal:${version}` };
}

/** Gives the rig's docker the images that a Harbor of that version runs of; no registry is asked. */
export async function ensureComposeImages(layout: RigLayout, version: string): Promise<void> {
  const { proxy, portal } = composeImages(version);
  await ensureDockerImage(layout, {
    name: proxy,
    instructions: ["USER 10000:10000", "ENV PATH=/usr/sbin:/bin", 'CMD ["nginx", "-g", "daemon off;"]'],
    files: nginxRootFiles,
  });
  await ensureDockerImage(layout, {
    name: portal,
    instructions: ["USER 10000:10000", "ENV PATH=/bin"],
    files: async () => {
      const page = Buffer.from("<!doctype html><title>Harbor</title>\n");
      const { files } = await busyboxImage();
      return [
        ...files,
        { path: "www", type: "folder" },
        { path: "www/index.html", type: "file", content: page },
      ];
    },
  });
}
