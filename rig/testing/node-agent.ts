import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moorlineImage } from "../../scripts/image/recipe.ts";
import { rigAddresses } from "../addresses.ts";
import { runCommand } from "../command.ts";
import { writeImageArchive } from "../images/oci.ts";
import { rigLayout } from "../layout.ts";
import { restartKubelet } from "../up.ts";

const root = join(import.meta.dirname, "../..");

/** Builds Moorline's image and puts it into the rig's containerd under a name that no registry has. */
export async function importAgentImage(reference: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-image-"));
  try {
    await runCommand([process.execPath, "scripts/build.ts", join(folder, "dist")], { directory: root });
    const archive = join(folder, "image.tar");
    await writeFile(archive, writeImageArchive(moorlineImage(join(folder, "dist")), reference, "agent"));
    const { containerdSocket } = rigAddresses();
    const place = ["--address", containerdSocket, "--namespace", "k8s.io"];
    await runCommand(["ctr", ...place, "images", "import", archive]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Who restarts the kubelet when asked over a socket. */
export interface Restarter extends AsyncDisposable {
  /** `systemctl restart kubelet` of the rig. */
  readonly command: readonly string[];
  /** How often it was asked. */
  readonly count: number;
}

/**
 * What systemd is on a real node: somebody outside of the pod. A kubelet that the pod started itself would end with it.
 * @param path of the socket
 */
export function startRestarter(path: string): Restarter {
  let count = 0;
  const server: Server = createServer((socket) => {
    count++;
    restartKubelet(rigLayout()).then(
      () => socket.end("0"),
      (error: unknown) => socket.end(String(error)),
    );
  }).listen(path);
  return {
    command: [
      process.execPath,
      "-e",
      `let s=""; require("net").connect(${JSON.stringify(path)}).on("data",(d)=>s+=d).on("end",()=>{ if (s!=="0") { console.error(s); process.exit(1); } })`,
    ],
    get count() {
      return count;
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
