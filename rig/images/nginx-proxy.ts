import type { ImageRecipe } from "./oci.ts";
import { nginxRootFiles } from "./nginx.ts";

/** An image with Debian's nginx and a shell, as the in-cluster proxy wants it: its own images are not reached from here. */
export async function nginxProxyImage(): Promise<ImageRecipe> {
  const files = await nginxRootFiles();
  return {
    entrypoint: ["/bin/sh"],
    files: [
      ...files,
      { path: "bin/nginx", type: "link", target: "/usr/sbin/nginx" },
      { path: "bin/sleep", type: "link", target: "busybox" },
    ],
  };
}
