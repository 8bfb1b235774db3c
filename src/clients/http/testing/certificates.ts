import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestPair {
  readonly certificate: string;
  readonly key: string;
}

export interface TestAuthority extends TestPair {
  /** `san` such as "DNS:localhost,IP:127.0.0.1"; days may be negative for a certificate of the past. */
  issue(options: { san?: string; from?: string; to?: string; client?: boolean }): TestPair;
  /** An authority below this one. */
  authority(name: string): TestAuthority;
}

/** Makes an authority with openssl, which is the other side's opinion of what a certificate is. */
export function makeAuthority(name = "Test CA"): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), "moorline-tls-"));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  try {
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      `/CN=${name}`,
      "-days",
      "2",
    );
    const certificate = readFileSync(at("ca.pem"), "utf8");
    const authorityKey = readFileSync(at("ca.key"), "utf8");
    return authorityOf(certificate, authorityKey);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function authorityOf(certificate: string, key: string): TestAuthority {
  return {
    certificate,
    key,
    issue: (options) => issueWith(certificate, key, options),
    authority: (name) => {
      const below = issueWith(certificate, key, { name, isAuthority: true });
      return authorityOf(below.certificate, below.key);
    },
  };
}

function issueWith(
  certificate: string,
  authorityKey: string,
  options: {
    name?: string;
    san?: string;
    from?: string;
    to?: string;
    client?: boolean;
    isAuthority?: boolean;
  },
): TestPair {
  const folder = mkdtempSync(join(tmpdir(), "moorline-tls-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  try {
    write("ca.pem", certificate);
    write("ca.key", authorityKey);
    write("index.txt", "");
    write("serial", "1000");
    const usage = options.isAuthority
      ? "basicConstraints=critical,CA:TRUE"
      : `extendedKeyUsage=${options.client ? "clientAuth" : "serverAuth"}`;
    // `openssl ca` is the one command of Debian's OpenSSL 3.0 that sets both dates.
    write(
      "ca.cnf",
      `[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index.txt\nserial=serial\ndefault_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n[x]\n${usage}\n${options.san ? `subjectAltName=${options.san}\n` : ""}`,
    );
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl(
      "req",
      "-new",
      ...key,
      "-keyout",
      "leaf.key",
      "-out",
      "leaf.csr",
      "-subj",
      `/CN=${options.name ?? "leaf"}`,
    );
    const dates = [
      "-startdate",
      options.from ?? "20200101000000Z",
      "-enddate",
      options.to ?? "20991231000000Z",
    ];
    const authority = ["-cert", "ca.pem", "-keyfile", "ca.key", "-config", "ca.cnf", "-batch", "-notext"];
    openssl("ca", ...authority, ...dates, "-in", "leaf.csr", "-out", "leaf.pem");
    return { certificate: read("leaf.pem"), key: read("leaf.key") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
