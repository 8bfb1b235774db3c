import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rigAddresses } from "../../addresses.ts";
import { tryCommand } from "../../command.ts";
import { dockerCommand } from "../../images/docker.ts";
import { rigLayout } from "../../layout.ts";
import { dockerConfig } from "../harbor.ts";
import { around, timed, type Puller, type PullPlace } from "./puller.ts";

const patience = 30_000;

/** @param folder for docker's config.json, of this puller alone */
export function dockerPuller(place: PullPlace, folder: string, every: number): Puller {
  const tag = around(place.small.tags, 1);
  const docker = [...dockerCommand(rigLayout()), "--config", folder];
  return {
    name: "docker",
    does: "docker pull by the rig's dockerd with its certs.d, then docker rmi",
    every,
    async round(done) {
      const image = `${place.host}/${place.small.repository}:${tag()}`;
      await writeCredential(join(folder, "config.json"), place);
      const pull = await timed("docker", image, () => succeed([...docker, "pull", "--quiet", image]));
      done(pull);
      if (pull.failure === undefined) await succeed([...docker, "rmi", image]);
    },
  };
}

/** @param folder of this puller alone */
export function skopeoInspector(place: PullPlace, folder: string, every: number): Puller {
  const tag = around(place.small.tags, 2);
  return {
    name: "skopeo inspect",
    does: "skopeo inspect with docker's certs.d: the manifest and the configuration",
    every,
    async round(done) {
      const image = `${place.host}/${place.small.repository}:${tag()}`;
      const authFile = await writeCredential(join(folder, "auth.json"), place);
      const options = ["--no-tags", "--cert-dir", certificates(place), "--authfile", authFile];
      const command = ["skopeo", "inspect", ...options, `docker://${image}`];
      done(await timed("skopeo inspect", image, () => succeed(command)));
    },
  };
}

/** @param folder of this puller alone */
export function skopeoCopier(place: PullPlace, folder: string, every: number): Puller {
  const tag = around(place.small.tags, 3);
  return {
    name: "skopeo copy",
    does: "skopeo copy with docker's certs.d: every byte, into a folder",
    every,
    async round(done) {
      const image = `${place.host}/${place.small.repository}:${tag()}`;
      const authFile = await writeCredential(join(folder, "auth.json"), place);
      const to = join(folder, "image");
      const options = ["--quiet", "--src-cert-dir", certificates(place), "--src-authfile", authFile];
      const command = ["skopeo", "--insecure-policy", "copy", ...options, `docker://${image}`, `dir:${to}`];
      done(await timed("skopeo copy", image, () => succeed(command)));
      await rm(to, { recursive: true, force: true });
    },
  };
}

const certificates = ({ host }: PullPlace): string => join(rigAddresses().dockerCertsDirectory, host);

async function writeCredential(path: string, place: PullPlace): Promise<string> {
  const credential = await place.credential();
  const text = credential === undefined ? "{}" : dockerConfig(place.host, credential);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

async function succeed(command: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await tryCommand(command, { timeout: patience });
  if (status !== 0) throw new Error((stderr || stdout).trim());
}
