import { isObject, listAt, own, stringAt, type JsonObject } from "../json.ts";
import { required, unsupportedValue, type FieldError } from "../status.ts";
import { setDefault } from "./builtin.ts";

/** What kube-apiserver 1.20 sets in a pod's spec where the client left it out. */
export function podDefaults(spec: JsonObject): void {
  setDefault(spec, "restartPolicy", "Always");
  setDefault(spec, "terminationGracePeriodSeconds", 30);
  setDefault(spec, "dnsPolicy", "ClusterFirst");
  setDefault(spec, "securityContext", {});
  setDefault(spec, "schedulerName", "default-scheduler");
  const account = own(spec, "serviceAccountName") ?? own(spec, "serviceAccount");
  if (typeof account === "string")
    Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  for (const field of ["containers", "initContainers"]) {
    for (const container of listAt(spec, field)) if (isObject(container)) containerDefaults(container);
  }
}

function containerDefaults(container: JsonObject): void {
  setDefault(container, "resources", {});
  setDefault(container, "terminationMessagePath", "/dev/termination-log");
  setDefault(container, "terminationMessagePolicy", "File");
  const image = stringAt(container, "image") ?? "";
  const isLatest = !image.includes("@") && /(^[^:]*$|:latest$|\/[^:]*$)/.test(image);
  setDefault(container, "imagePullPolicy", isLatest ? "Always" : "IfNotPresent");
  for (const port of listAt(container, "ports")) if (isObject(port)) setDefault(port, "protocol", "TCP");
}

export function podErrors(spec: JsonObject, path: string): readonly FieldError[] {
  const containers = listAt(spec, "containers");
  const errors: FieldError[] = containers.length === 0 ? [required(`${path}.containers`)] : [];
  for (const [index, container] of containers.entries()) {
    const at = `${path}.containers[${index}]`;
    if (stringAt(container, "name") === undefined) errors.push(required(`${at}.name`));
    if (stringAt(container, "image") === undefined) errors.push(required(`${at}.image`));
  }
  const policy = stringAt(spec, "restartPolicy") ?? "";
  const policies = ["Always", "OnFailure", "Never"];
  if (!policies.includes(policy))
    errors.push(unsupportedValue(`${path}.restartPolicy`, JSON.stringify(policy), policies));
  return errors;
}
