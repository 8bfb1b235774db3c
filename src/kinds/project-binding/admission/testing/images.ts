import type { Scan } from "../../../../sandbox/harbor/records.ts";
import type { Store } from "../../../../sandbox/harbor/store.ts";

const time = "2026-11-01T00:00:00.000Z";

/** An image without content in the embedded Harbor: its name is `project/repository`, and it has no tag. */
export function plantImage(store: Store, name: string, digest: string): void {
  const project = store.find("projects", (p) => p.name === name.split("/")[0]);
  if (project === undefined) throw new Error(`no project for ${name}`);
  const shared = { projectId: project.id };
  const known = store.find("repositories", (r) => r.name === name);
  const repository =
    known ??
    store.insert("repositories", {
      ...shared,
      name,
      pulls: 0,
      description: "",
      created: time,
      updated: time,
    });
  store.insert("artifacts", {
    ...shared,
    repositoryId: repository.id,
    digest,
    manifestMediaType: "application/vnd.oci.image.manifest.v1+json",
    mediaType: "application/vnd.oci.image.config.v1+json",
    artifactType: "",
    subject: "",
    annotations: {},
    size: 1,
    manifestSize: 1,
    type: "IMAGE",
    extra: {},
    blobs: [],
    children: [],
    pushed: time,
    pulled: time,
  });
}

/** A report on that image: CVE-1, CVE-2 and so on, of the given severities. */
export function plantScan(
  store: Store,
  digest: string,
  found: readonly string[],
  status: Scan["status"] = "Success",
): Scan {
  const artifact = store.find("artifacts", (a) => a.digest === digest);
  if (artifact === undefined) throw new Error(`no image ${digest}`);
  return store.insert("scans", {
    artifactId: artifact.id,
    status,
    vulnerabilities: found.map((severity, i) => ({
      id: `CVE-${i + 1}`,
      severity,
      package: "zlib",
      version: "1",
      fix_version: "2",
    })),
    scanned: time,
  });
}
