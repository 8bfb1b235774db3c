import { readTypes } from "../schema/language.ts";
import type { MapSchema } from "../schema/schema.ts";
import { coreTypes } from "../schema/types/core.ts";
import { definitionTypes } from "../schema/types/definitions.ts";
import { metadataTypes } from "../schema/types/metadata.ts";
import { networkingTypes } from "../schema/types/networking.ts";
import { volumeTypes } from "../schema/types/volumes.ts";
import { workloadTypes } from "../schema/types/workloads.ts";

const types = readTypes(
  metadataTypes,
  coreTypes,
  definitionTypes,
  networkingTypes,
  volumeTypes,
  workloadTypes,
);

export function typeNamed(name: string): MapSchema {
  const found = types.get(name);
  if (found === undefined) throw new Error(`the type ${name} is not declared`);
  return found;
}
