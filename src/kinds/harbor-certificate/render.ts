import type { RenderedFile } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import { deliveries } from "./deliveries/catalogue.ts";
import type { HarborCertificateSpec } from "./schema.ts";

/** The CA's certificate, once there is one. Keys, and what holds them, stay out. */
export async function render(
  document: Document<HarborCertificateSpec>,
  world: World,
  signal: AbortSignal,
): Promise<readonly RenderedFile[]> {
  const { name } = document.metadata;
  const text = await resolveTrust({ certificate: name }, document.source.directory, world, signal);
  const more: RenderedFile[] = [];
  for (const delivery of deliveries)
    more.push(...((await delivery.render?.({ document, world, signal })) ?? []));
  return [...more, { path: `trust/${name}-ca.crt`, text }];
}
