import picocolors from "picocolors";

/** Colours where a terminal shows them, plain text elsewhere. */
export type Painter = ReturnType<typeof picocolors.createColors>;

export function painter(colours: boolean): Painter {
  return picocolors.createColors(colours);
}
