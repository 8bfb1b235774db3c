import { existsSync } from "node:fs";
import { loadAuthority, type Authority } from "../../../../pki/authority.ts";
import { readBounded } from "../../../../pki/store.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import type { Invocation, Option } from "../../command.ts";
import { pathIn } from "./options.ts";
import { opening, passphraseOptions } from "./passphrase.ts";

/** The files of an authority in its folder. */
export const authorityFiles = {
  certificate: "ca.crt",
  key: "ca.key",
  bundle: "ca-bundle.crt",
  request: "ca.csr",
} as const;

const ofCaKey = { en: "the authority's key", zh: "机构私钥" };

export const caPassphraseOptions: readonly Option[] = passphraseOptions("ca", ofCaKey);

/**
 * Loads the authority of the folder that an option names, asking for its passphrase where it needs one.
 * @throws MoorlineError PKI_* naming what is wrong with the files
 */
export async function openAuthority(invocation: Invocation, option = "ca"): Promise<Authority> {
  const read = async (name: string): Promise<string> =>
    (await readBounded(pathIn(invocation, option, name))).toString("latin1");
  const certificate = await read(authorityFiles.certificate);
  // an intermediate's bundle tells the way up to its root
  const bundle = existsSync(pathIn(invocation, option, authorityFiles.bundle))
    ? await read(authorityFiles.bundle)
    : "";
  const key = new Sensitive(await read(authorityFiles.key));
  return opening(invocation, "ca", ofCaKey, (passphrase) =>
    loadAuthority(certificate + bundle, key, passphrase),
  );
}
