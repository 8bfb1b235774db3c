import type { ImageRecipe } from "./oci.ts";

/** An image of a few bytes, which nobody runs: what is cheap to pull often. */
export function smallImage(text: string): ImageRecipe {
  return { entrypoint: ["/none"], files: [{ path: "moorline", type: "file", content: Buffer.from(text) }] };
}
