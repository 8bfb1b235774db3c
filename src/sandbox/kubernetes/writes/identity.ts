import { stringAt } from "../json.ts";
import { metadataOf, nameOf, type ApiObject } from "../object.ts";
import { apiVersionOf, type Resource } from "../resource.ts";
import { badRequest } from "../status.ts";

/** Refuses a body of another kind than the path names, and fills in what a built-in kind may leave out. In place. */
export function checkKind(resource: Resource, object: ApiObject): void {
  const [apiVersion, kind] = [stringAt(object, "apiVersion"), stringAt(object, "kind")];
  const { version } = resource;
  if (resource.isCustom && (kind === undefined || kind === "")) {
    throw badRequest(
      `${resource.kind} in version "${version}" cannot be handled as a ${resource.kind}: unmarshalerDecoder: Object 'Kind' is missing in '${JSON.stringify(object)}'`,
    );
  }
  const isOther =
    (kind ?? resource.kind) !== resource.kind ||
    (apiVersion ?? apiVersionOf(resource)) !== apiVersionOf(resource);
  if (isOther) {
    const given = apiVersion ?? "";
    const shown = given.slice(given.lastIndexOf("/") + 1) || version;
    throw badRequest(
      `${kind ?? resource.kind} in version "${shown}" cannot be handled as a ${resource.kind}: converting (${shown}.${kind ?? ""}) to (${resource.group === "" ? "core" : resource.group}.${resource.kind}): unknown conversion`,
    );
  }
  object["apiVersion"] = apiVersionOf(resource);
  object["kind"] = resource.kind;
}

/** Refuses a body that says another namespace or name than the path, and fills in what it leaves out. In place. */
export function checkPlace(resource: Resource, object: ApiObject, namespace: string, name?: string): void {
  const metadata = metadataOf(object);
  const given = stringAt(object, "metadata", "namespace") ?? "";
  if (resource.isNamespaced) {
    if (given !== "" && given !== namespace) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace sent on the request",
      );
    }
    metadata["namespace"] = namespace;
  } else {
    delete metadata["namespace"];
  }
  if (name === undefined) return;
  if (nameOf(object) !== "" && nameOf(object) !== name) {
    throw badRequest(
      `the name of the object (${nameOf(object)}) does not match the name on the URL (${name})`,
    );
  }
  metadata["name"] = name;
}
