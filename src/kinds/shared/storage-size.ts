import { z } from "zod";

const units = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 } as const;

/** A project's storage quota as people write it: `50Gi`, bytes, or `unlimited`. */
export const storageSize = z
  .string()
  .regex(
    /^([1-9]\d{0,14}(Ki|Mi|Gi|Ti)?|unlimited)$/,
    "is not a size: a whole number of bytes, or with Ki, Mi, Gi or Ti, or unlimited | 不是有效大小：应为整数字节数，可带 Ki、Mi、Gi、Ti，或填写 unlimited",
  );

/** @returns bytes, -1 for unlimited, as Harbor counts them */
export function storageBytes(size: z.infer<typeof storageSize>): number {
  if (size === "unlimited") return -1;
  const [, number = "0", unit] = /^(\d+)(Ki|Mi|Gi|Ti)?$/.exec(size) ?? [];
  return Number(number) * (unit === undefined ? 1 : units[unit as keyof typeof units]);
}
