import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { MoorlineError } from "../../../../model/errors.ts";
import { keyTypes, type KeyType } from "../../../../pki/key.ts";
import type { NameConstraintsSpec } from "../../../../pki/name-constraints.ts";
import type { Invocation, Option } from "../../command.ts";

export const keyTypeOption: Option = {
  name: "key-type",
  value: "TYPE",
  choices: keyTypes.map(asTyped),
  default: "ecdsa-p256",
  description: { en: "Type of the new key.", zh: "新密钥的类型。" },
};

export const organizationOption: Option = {
  name: "organization",
  value: "NAME",
  description: { en: "Organisation in the subject.", zh: "主题中的组织名称。" },
};

export const caOption: Option = {
  name: "ca",
  value: "FOLDER",
  default: ".",
  description: {
    en: "Folder with the authority's ca.crt and ca.key, as `moorline pki ca` writes it.",
    zh: "机构的 ca.crt 与 ca.key 所在目录，即 `moorline pki ca` 写入的目录。",
  },
};

/** What an authority may issue for. */
export const permittedOptions: readonly Option[] = [
  {
    name: "permit-dns",
    value: "DOMAIN",
    repeatable: true,
    description: {
      en: "A domain it may issue for, with all below.",
      zh: "允许签发的域名（含其下所有名称）。",
    },
  },
  {
    name: "exclude-dns",
    value: "DOMAIN",
    repeatable: true,
    description: { en: "A domain it must not issue for.", zh: "禁止签发的域名。" },
  },
  {
    name: "permit-ip",
    value: "CIDR",
    repeatable: true,
    description: { en: "Addresses it may issue for.", zh: "允许签发的 IP 网段。" },
  },
];

export function permittedNames(invocation: Invocation): NameConstraintsSpec {
  return {
    permittedDns: invocation.options("permit-dns"),
    excludedDns: invocation.options("exclude-dns"),
    permittedIp: invocation.options("permit-ip"),
  };
}

export const outOption: Option = {
  name: "out",
  short: "d",
  value: "FOLDER",
  default: ".",
  description: { en: "Folder to write to.", zh: "写入目录。" },
};

function asTyped(type: KeyType): string {
  return type.toLowerCase().replace("_", "-");
}

export function keyTypeOf(invocation: Invocation): KeyType {
  const typed = invocation.option("key-type");
  return keyTypes.find((type) => asTyped(type) === typed) ?? "ECDSA_P256";
}

export function resolvePath(invocation: Invocation, path: string): string {
  return resolve(invocation.io.workingDirectory, path);
}

/** A file in the folder that an option names. */
export function pathIn(invocation: Invocation, option: string, name: string): string {
  return join(resolvePath(invocation, invocation.option(option) ?? "."), name);
}

/**
 * The number that an option gives.
 * @throws MoorlineError PKI_OPTION_NUMBER
 */
export function numberOf(invocation: Invocation, option: string): number | undefined {
  const text = invocation.option(option);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text))
    throw new MoorlineError("PKI_OPTION_NUMBER", { subject: `--${option}`, parameters: { value: text } });
  return Number(text);
}

/** Keys and certificates are not overwritten by the way. @throws MoorlineError CLI_FILE_EXISTS */
export function refuseToOverwrite(paths: readonly string[]): void {
  const taken = paths.find((path) => existsSync(path));
  if (taken !== undefined) throw new MoorlineError("CLI_FILE_EXISTS", { subject: taken });
}
