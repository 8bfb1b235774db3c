import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Credential } from "../../clients/harbor/credential.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { Bilingual } from "../../text/language.ts";
import type { World } from "../world.ts";
import type { HarborRegistrySpec } from "./schema.ts";

type Source = HarborRegistrySpec["credential"];

/** Where a credential comes from, as a person would say it. */
interface Found {
  readonly source: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/**
 * Reads the account that a registry document names.
 * @throws CREDENTIAL_SOURCE_MISSING, CREDENTIAL_INCOMPLETE, CREDENTIAL_MALFORMED, each naming the source
 */
export async function readCredential(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<Credential> {
  const subject = nameOf(document);
  return checked(subject, await find(document.spec.credential, document, world, signal));
}

async function find(
  { secretRef, file, environment }: Source,
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<Found> {
  if (secretRef !== undefined) return fromSecret(secretRef, nameOf(document), world, signal);
  if (file !== undefined)
    return fromFile(resolve(document.source.directory, file.path), nameOf(document), world, signal);
  const { username = "HARBOR_USERNAME", password = "HARBOR_PASSWORD" } = environment ?? {};
  return {
    source: `$${username}, $${password}`,
    username: world.environment(username),
    password: world.environment(password),
  };
}

/** An empty or malformed credential is refused here, before it can be tried, stored or locked out. */
function checked(subject: string, { source, username, password }: Found): Credential {
  const incomplete = (field: Bilingual): MoorlineError =>
    new MoorlineError("CREDENTIAL_INCOMPLETE", { subject, parameters: { source, field } });
  const malformed = (reason: Bilingual): MoorlineError =>
    new MoorlineError("CREDENTIAL_MALFORMED", { subject, parameters: { source, reason } });
  if (username === undefined || username === "") throw incomplete({ en: "user name", zh: "用户名" });
  if (password === undefined || password === "") throw incomplete({ en: "password", zh: "密码" });
  if (/[:\p{Cc}]/u.test(username))
    throw malformed({
      en: "the user name holds a colon, a line break or another control character",
      zh: "用户名包含冒号、换行或其他控制字符",
    });
  if (/[\r\n\0]/.test(password))
    throw malformed({
      en: "the password holds a line break; `echo` adds one, use `printf %s`",
      zh: "密码包含换行；`echo` 会附加换行，请使用 `printf %s`",
    });
  return { username, password: new Sensitive(password) };
}
