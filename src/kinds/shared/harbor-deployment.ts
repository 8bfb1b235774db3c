import { z } from "zod";
import { described } from "../../model/kind-schema.ts";
import { absolutePath, objectName } from "./fields.ts";
import { hostReference } from "./host-reference.ts";

/** A Harbor that docker-compose runs. */
export const composeDeployment = z.strictObject({
  directory: described(
    absolutePath,
    "The installer's folder, with harbor.yml and docker-compose.yml.",
    "Harbor 安装目录，含 harbor.yml 和 docker-compose.yml。",
  ),
  on: described(hostReference.optional(), "Its machine; this one otherwise.", "所在机器；未填写时为本机。"),
});

/** A Harbor that its Helm chart runs. */
export const helmDeployment = z.strictObject({
  namespace: described(objectName, "Namespace of the release.", "Helm release 所在命名空间。"),
  release: described(objectName.max(53), "Name of the release.", "Helm release 名称。"),
});

export type ComposeDeployment = z.infer<typeof composeDeployment>;
export type HelmDeployment = z.infer<typeof helmDeployment>;
