import { applyConfiguration } from "../apply/server-side.ts";
import type { ServerContext } from "../context.ts";
import { clone } from "../json.ts";
import { metadataOf, nameOf, type ApiObject } from "../object.ts";
import { emptyObject, type Resource } from "../resource.ts";
import { managedWrite, storeNew } from "./create.ts";
import { checkPlace } from "./identity.ts";
import { updateObject, type UpdateOptions } from "./update.ts";

export interface ApplyOptions extends UpdateOptions {
  readonly force: boolean;
}

/**
 * Server-side apply of a configuration; makes the object where it is not there.
 * @returns the object, and whether it is new
 * @throws ApiError 409 on conflicts with other managers
 */
export function applyObject(
  context: ServerContext,
  resource: Resource,
  place: { readonly namespace: string; readonly name: string },
  config: ApiObject,
  live: ApiObject | undefined,
  options: ApplyOptions,
): { readonly object: ApiObject; readonly isNew: boolean } {
  const write = managedWrite(context, resource, options.manager);
  const applied = applyConfiguration(live ?? emptyObject(resource), config, write, options.force);
  const next = clone(applied);
  checkPlace(resource, next, place.namespace, place.name);
  if (live !== undefined) {
    return {
      object: updateObject(context, resource, live, next, { ...options, isTracked: true }),
      isNew: false,
    };
  }
  if (nameOf(next) === "") metadataOf(next)["name"] = place.name;
  resource.normalise(next);
  return { object: storeNew(context, resource, place.namespace, next, options), isNew: true };
}
