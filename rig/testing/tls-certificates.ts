import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.ts";

export interface LeafOptions {
  readonly name?: string;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly bits?: number;
  readonly digest?: string;
  /** Signed by itself instead of the intermediate. */
  readonly selfSigned?: boolean;
}

/** Paths of PEM files. */
export interface MadeLeaf {
  readonly certificate: string;
  readonly key: string;
}

export interface MadeAuthority {
  readonly root: string;
  readonly intermediate: string;
  issue(name: string, options?: LeafOptions): Promise<MadeLeaf>;
  /** A stapled answer (RFC 6960) that calls a certificate good, in DER. */
  ocspAnswer(leaf: MadeLeaf): Promise<string>;
}

const day = 86_400_000;
const stamp = (days: number): string =>
  `${new Date(Date.now() + days * day).toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;

/** A root and an intermediate made by OpenSSL in a folder, so that what is wrong with a leaf is nobody's opinion here. */
export async function makeTlsAuthority(folder: string): Promise<MadeAuthority> {
  const at = (file: string): string => join(folder, file);
  const openssl = (...words: string[]): Promise<string> =>
    runCommand(["openssl", ...words], { directory: folder });
  const sign = async (issuer: string, request: string, out: string, section: string, more: string[]) => {
    await openssl(
      "ca",
      "-batch",
      "-notext",
      "-config",
      "ca.cnf",
      "-extensions",
      section,
      "-cert",
      `${issuer}.pem`,
      "-keyfile",
      `${issuer}.key`,
      "-in",
      request,
      "-out",
      out,
      ...more,
    );
  };
  const key = (bits = 2048): string[] => ["-newkey", `rsa:${bits}`, "-nodes"];
  const config = (name: string): string =>
    [
      "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index.txt\ndefault_md=sha256\npolicy=p\nunique_subject=no\nrand_serial=yes",
      "[p]\ncommonName=supplied",
      "[leaf]\nbasicConstraints=CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment",
      `extendedKeyUsage=serverAuth\nsubjectAltName=DNS:${name}\nauthorityKeyIdentifier=keyid`,
      "[authority]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
    ].join("\n");
  await writeFile(at("index.txt"), "");
  await writeFile(at("ca.cnf"), config("localhost"));
  await openssl(
    "req",
    "-x509",
    ...key(),
    "-keyout",
    "root.key",
    "-out",
    "root.pem",
    "-subj",
    "/CN=agreement root",
    "-days",
    "900",
  );
  await openssl(
    "req",
    "-new",
    ...key(),
    "-keyout",
    "intermediate.key",
    "-out",
    "intermediate.csr",
    "-subj",
    "/CN=agreement issuer",
  );
  await sign("root", "intermediate.csr", "intermediate.pem", "authority", [
    "-startdate",
    stamp(-500),
    "-enddate",
    stamp(400),
  ]);
  return {
    root: at("root.pem"),
    intermediate: at("intermediate.pem"),
    issue: async (name, options = {}) => {
      const { from = -1, to = 85, bits, digest = "sha256", selfSigned } = options;
      const [leafKey, request, out] = [`${name}.key`, `${name}.csr`, `${name}.pem`];
      const san = options.name ?? "localhost";
      await writeFile(at("ca.cnf"), config(san));
      await openssl("req", "-new", ...key(bits), "-keyout", leafKey, "-out", request, "-subj", `/CN=${san}`);
      const dates = ["-startdate", stamp(from), "-enddate", stamp(to), "-md", digest];
      if (selfSigned === true)
        await openssl(
          "req",
          "-x509",
          "-key",
          leafKey,
          "-out",
          out,
          "-subj",
          `/CN=${san}`,
          "-days",
          "85",
          "-addext",
          `subjectAltName=DNS:${san}`,
        );
      else await sign("intermediate", request, out, "leaf", dates);
      return { certificate: at(out), key: at(leafKey) };
    },
    ocspAnswer: async ({ certificate }) => {
      const serial = (await openssl("x509", "-in", certificate, "-noout", "-serial")).trim().slice(7);
      const until = stamp(80).slice(2);
      await writeFile(at("ocsp.txt"), `V\t${until}\t\t${serial}\tunknown\t/CN=localhost\n`);
      await openssl(
        "ocsp",
        "-index",
        "ocsp.txt",
        "-rsigner",
        "intermediate.pem",
        "-rkey",
        "intermediate.key",
        "-CA",
        "intermediate.pem",
        "-issuer",
        "intermediate.pem",
        "-cert",
        certificate,
        "-ndays",
        "7",
        "-respout",
        "ocsp.der",
        "-noverify",
      );
      return at("ocsp.der");
    },
  };
}

/** Certificates in one file, in this order. */
export async function concatenated(path: string, files: readonly string[]): Promise<string> {
  await writeFile(path, (await Promise.all(files.map((file) => readFile(file, "utf8")))).join(""));
  return path;
}
