import type { Workshop } from "./openssl.ts";

/** Keys that openssl makes once for all certificates. */
const keyArguments = {
  p256: ["EC", "ec_paramgen_curve:P-256"],
  p384: ["EC", "ec_paramgen_curve:P-384"],
  p521: ["EC", "ec_paramgen_curve:P-521"],
  ca256: ["EC", "ec_paramgen_curve:P-256"],
  other256: ["EC", "ec_paramgen_curve:P-256"],
  ed25519: ["ED25519"],
  rsa1024: ["RSA", "rsa_keygen_bits:1024"],
  rsa2048: ["RSA", "rsa_keygen_bits:2048"],
  rsa3072: ["RSA", "rsa_keygen_bits:3072"],
  caRsa: ["RSA", "rsa_keygen_bits:2048"],
} as const;

export type KeyName = keyof typeof keyArguments;
export const keyNames = Object.keys(keyArguments) as readonly KeyName[];

export async function makeKey(workshop: Workshop, name: KeyName): Promise<void> {
  const [algorithm, option] = keyArguments[name];
  const options = option === undefined ? [] : ["-pkeyopt", option];
  await workshop.make(["genpkey", "-algorithm", algorithm, ...options, "-out", `${name}.key`]);
}

/** A certificate as openssl is told to make it. */
export interface Recipe {
  readonly name: string;
  /** In openssl's form: `/O=Example/CN=harbor`. */
  readonly subject?: string;
  readonly key?: KeyName;
  /** The recipe of its issuer; it signs itself without one. */
  readonly issuer?: Recipe;
  /** Lines of its extensions' section. */
  readonly extensions: readonly string[];
  readonly days?: number;
  /** `sha256` unless said. */
  readonly digest?: string;
  readonly signatureOptions?: readonly string[];
  readonly serialNumber?: string;
}

const keyOf = (recipe: Recipe): KeyName => recipe.key ?? "p256";

/** Makes the certificate of a recipe as `<name>.pem`; its issuer must be there already. */
export async function makeCertificate(workshop: Workshop, recipe: Recipe): Promise<void> {
  const { name, issuer } = recipe;
  const configuration = [
    "[req]",
    "distinguished_name = name",
    "prompt = no",
    "[name]",
    "[extensions]",
    ...recipe.extensions,
    "",
  ];
  workshop.write(`${name}.cnf`, configuration.join("\n"));
  const signer = issuer === undefined ? [] : ["-CA", `${issuer.name}.pem`, "-CAkey", `${keyOf(issuer)}.key`];
  // openssl req -x509 takes an empty subject only through -subj /
  await workshop.make([
    "req",
    "-new",
    "-x509",
    "-config",
    `${name}.cnf`,
    "-extensions",
    "extensions",
    "-key",
    `${keyOf(recipe)}.key`,
    "-utf8",
    "-subj",
    recipe.subject ?? `/CN=${name}`,
    "-days",
    String(recipe.days ?? 90),
    ...(recipe.digest === undefined ? [] : [`-${recipe.digest}`]),
    ...(recipe.signatureOptions ?? []).flatMap((option) => ["-sigopt", option]),
    ...(recipe.serialNumber === undefined ? [] : ["-set_serial", `0x${recipe.serialNumber}`]),
    ...signer,
    "-out",
    `${name}.pem`,
  ]);
}

/** A revocation list that openssl makes of an authority, as `<name>.crl`. */
export interface CrlRecipe {
  readonly name: string;
  readonly issuer: Recipe;
  readonly revoked: readonly { readonly serialNumber: string; readonly reason: string }[];
  /** Seconds from now. */
  readonly validFor: number;
}

export async function makeCrl(
  workshop: Workshop,
  { name, issuer, revoked, validFor }: CrlRecipe,
): Promise<void> {
  const stamp = (date: Date): string => `${date.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`;
  const expiry = stamp(new Date(Date.now() + 86_400_000));
  const now = stamp(new Date());
  const lines = revoked.map(
    (r) =>
      `R\t${expiry}\t${now}${r.reason === "" ? "" : `,${r.reason}`}\t${r.serialNumber}\tunknown\t/CN=x\n`,
  );
  workshop.write(`${name}.index`, lines.join(""));
  workshop.write(`${name}.number`, "1001\n");
  workshop.write(
    `${name}.cnf`,
    [
      "[ca]",
      "default_ca = here",
      "[here]",
      `database = ${name}.index`,
      `crlnumber = ${name}.number`,
      "default_md = sha256",
      "crl_extensions = crl",
      "[crl]",
      "authorityKeyIdentifier = keyid:always",
      "",
    ].join("\n"),
  );
  await workshop.make([
    "ca",
    "-gencrl",
    "-config",
    `${name}.cnf`,
    "-cert",
    `${issuer.name}.pem`,
    "-keyfile",
    `${keyOf(issuer)}.key`,
    "-crlsec",
    String(validFor),
    "-out",
    `${name}.crl`,
  ]);
}
