import { readFile } from "node:fs/promises";
import { describeKubernetes } from "../src/clients/kubernetes/testing/conformance.ts";
import { rigAddresses } from "./addresses.ts";

// The suite that the sandbox's Kubernetes passes too: what differs between the two shows here.
describeKubernetes("the real kube-apiserver", async () => {
  const { apiServerUrl, clusterAuthorityPath, administrator } = rigAddresses();
  return {
    url: apiServerUrl,
    authorityPem: await readFile(clusterAuthorityPath, "utf8"),
    certificatePem: await readFile(administrator.certificatePath, "utf8"),
    privateKeyPem: await readFile(administrator.keyPath, "utf8"),
  };
});
