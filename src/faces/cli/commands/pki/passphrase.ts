import { MoorlineError } from "../../../../model/errors.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { readBounded } from "../../../../pki/store.ts";
import type { Bilingual } from "../../../../text/language.ts";
import { message, render } from "../../../../text/message.ts";
import type { Invocation, Option } from "../../command.ts";
import { resolvePath } from "./options.ts";

/**
 * The two options by which a passphrase comes in; it never stands in the arguments, which every user of the machine can read.
 * @param prefix `ca` gives `--ca-passphrase-file`; empty gives `--passphrase-file`
 */
export function passphraseOptions(prefix: string, of: Bilingual): readonly Option[] {
  const name = prefix === "" ? "passphrase" : `${prefix}-passphrase`;
  return [
    {
      name: `${name}-file`,
      value: "PATH",
      description: {
        en: `File with the passphrase of ${of.en}; a line break at its end does not count.`,
        zh: `保存${of.zh}口令的文件；末尾的换行不计入。`,
      },
    },
    {
      name: `${name}-env`,
      value: "NAME",
      description: {
        en: `Environment variable with the passphrase of ${of.en}.`,
        zh: `保存${of.zh}口令的环境变量。`,
      },
    },
  ];
}

/**
 * The passphrase that the options name.
 * @returns undefined where none of them was given
 * @throws MoorlineError PKI_PASSPHRASE_VARIABLE, PKI_PASSPHRASE_EMPTY, PKI_FILE_FAILED
 */
export async function givenPassphrase(
  invocation: Invocation,
  prefix: string,
): Promise<Sensitive | undefined> {
  const name = prefix === "" ? "passphrase" : `${prefix}-passphrase`;
  const variable = invocation.option(`${name}-env`);
  if (variable !== undefined) {
    const value = invocation.io.environment[variable];
    if (value === undefined || value === "")
      throw new MoorlineError("PKI_PASSPHRASE_VARIABLE", { subject: variable });
    return new Sensitive(value);
  }
  const path = invocation.option(`${name}-file`);
  if (path === undefined) return undefined;
  const text = (await readBounded(resolvePath(invocation, path))).toString("utf8").replace(/\r?\n$/, "");
  if (text === "") throw new MoorlineError("PKI_PASSPHRASE_EMPTY", { subject: path });
  return new Sensitive(text);
}

/**
 * Asks on the terminal, without showing what is typed.
 * @returns undefined where nobody is there to answer
 */
export async function askPassphrase(invocation: Invocation, of: Bilingual): Promise<Sensitive | undefined> {
  const { io, language } = invocation;
  if (io.stdin.isTTY !== true || !io.interactive) return undefined;
  const { password, isCancel } = await import("@clack/prompts");
  const answer = await password({ message: render(message("pki.askPassphrase", { of }), language) });
  if (isCancel(answer)) throw new MoorlineError("CANCELLED", { subject: "moorline pki" });
  return new Sensitive(answer);
}

/**
 * Opens something that may be encrypted: with the passphrase that was given, or with one asked for where it is needed.
 * @throws MoorlineError what `open` throws, PKI_PASSPHRASE_MISSING among it where nobody can be asked
 */
export async function opening<T>(
  invocation: Invocation,
  prefix: string,
  of: Bilingual,
  open: (passphrase: Sensitive | undefined) => Promise<T>,
): Promise<T> {
  const given = await givenPassphrase(invocation, prefix);
  try {
    return await open(given);
  } catch (thrown) {
    if (!(thrown instanceof MoorlineError) || thrown.code !== "PKI_PASSPHRASE_MISSING") throw thrown;
    const asked = await askPassphrase(invocation, of);
    if (asked === undefined) throw thrown;
    return open(asked);
  }
}

/** What the options of a new key call it. */
export const ofNewKey: Bilingual = { en: "the new key", zh: "新私钥" };

/**
 * The passphrase of a new key, where one is wanted.
 * @throws MoorlineError PKI_PASSPHRASE_MISSING where nobody can be asked
 */
export async function newPassphrase(invocation: Invocation): Promise<Sensitive | undefined> {
  const given = await givenPassphrase(invocation, "");
  if (given !== undefined || !invocation.flag("encrypt")) return given;
  const asked = await askPassphrase(invocation, ofNewKey);
  if (asked === undefined) throw new MoorlineError("PKI_PASSPHRASE_MISSING", { subject: "ca.key" });
  return asked;
}
