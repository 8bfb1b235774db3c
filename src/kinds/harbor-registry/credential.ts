import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Credential } from "../../clients/harbor/credential.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
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
    return fromFile(resolve(document.source.directory, file.path), nameOf(document), world);
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

async function fromFile(path: string, subject: string, world: World): Promise<Found> {
  const missing = (reason: Bilingual): MoorlineError =>
    new MoorlineError("CREDENTIAL_SOURCE_MISSING", { subject, parameters: { source: path, reason } });
  const file = await world.host.readFile(path, 64 * 1024);
  if (file === undefined) throw missing({ en: "there is no such file", zh: "文件不存在" });
  let content: unknown;
  try {
    content = parse(file.bytes.toString("utf8"));
  } catch (cause) {
    // The parser's words would quote the file, and with it the password.
    const reason = { en: "it is neither YAML nor JSON", zh: "既不是 YAML 也不是 JSON" };
    throw new MoorlineError("CREDENTIAL_MALFORMED", {
      subject,
      parameters: { source: path, reason },
      cause: cause instanceof Error ? cause.name : undefined,
    });
  }
  const { username, password } = account.safeParse(content).data ?? {};
  return { source: path, username, password };
}

const account = z.object({
  username: z.string().optional().catch(undefined),
  password: z.string().optional().catch(undefined),
});

async function fromSecret(
  { namespace, name, usernameKey, passwordKey }: NonNullable<Source["secretRef"]>,
  subject: string,
  world: World,
  signal: AbortSignal,
): Promise<Found> {
  const source = `Secret/${namespace}/${name}`;
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  if (secret === undefined) {
    const reason = { en: "there is no such Secret", zh: "Secret 不存在" };
    throw new MoorlineError("CREDENTIAL_SOURCE_MISSING", { subject, parameters: { source, reason } });
  }
  const decoded = (key: string): string | undefined => {
    const value = secret.data?.[key];
    return value === undefined ? undefined : Buffer.from(value, "base64").toString("utf8");
  };
  return { source, username: decoded(usernameKey), password: decoded(passwordKey) };
}
