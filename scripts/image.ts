// Makes Moorline's container image from files alone: an OCI archive for `skopeo copy oci-archive:…`, `ctr images import`
// and `podman load`, and with --rootfs the plain files for deploy/image/Containerfile. The same input gives the same bytes.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeImageArchive } from "../rig/images/oci.ts";
import { writeTar } from "../rig/images/tar.ts";
import { moorlineImage } from "./image/recipe.ts";

const root = join(import.meta.dirname, "..");
const name = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "localhost/moorline:latest";
const tag = name.slice(name.lastIndexOf(":") + 1);
const isRootfs = process.argv.includes("--rootfs");
const recipe = moorlineImage();
const path = join(root, isRootfs ? "deploy/image/rootfs.tar" : "dist-image/moorline.tar");
const bytes = isRootfs ? writeTar(recipe.files) : writeImageArchive(recipe, name, tag);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, bytes);
console.log(`${path}: ${name}, ${Math.round(bytes.length / 1024 / 1024)} MiB`);
