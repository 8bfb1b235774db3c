import type { Fault } from "./scene.ts";

/** All pairs that a pod is asked about and that are wrong in two parts and of two causes. */
export function pairsOf(faults: readonly Fault[]): readonly (readonly [Fault, Fault])[] {
  const some = faults.filter(({ ask = "pod" }) => ask === "pod");
  return some.flatMap((one, index) =>
    some
      .slice(index + 1)
      .filter((other) => other.part !== one.part && other.cause !== one.cause)
      .map((other) => [one, other] as const),
  );
}
