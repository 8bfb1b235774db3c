import { z } from "zod";
import { described } from "../../model/kind-schema.ts";
import { exactlyOne, filePath, variableName } from "../shared/fields.ts";

export const days = (longest: number) => z.int().min(1).max(longest);

/** Where a passphrase comes from. */
export const passphrase = z
  .strictObject({
    environment: described(variableName.optional(), "A variable of the environment.", "环境变量。"),
    file: described(
      filePath.optional(),
      "A file with the passphrase on its first line; relative paths start from this document's folder.",
      "首行为口令的文件；相对路径以本文档所在目录为起点。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of environment and file",
    params: { zh: "environment、file 必须且只能填写一项" },
  });

export const dnsName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "is not a host name in lower case, such as harbor.example.com | 不是有效的小写主机名，例如 harbor.example.com",
  );
export const ipAddress = z
  .string()
  .max(45)
  .regex(
    /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)$/,
    "is not an IP address | 不是有效的 IP 地址",
  );
export const cidr = z
  .string()
  .max(49)
  .regex(/^[0-9a-fA-F:.]+\/\d{1,3}$/, "is not a network such as 10.0.0.0/8 | 不是有效网段，例如 10.0.0.0/8");

export type Passphrase = z.infer<typeof passphrase>;
