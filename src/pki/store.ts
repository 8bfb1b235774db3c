import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, readFile, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MoorlineError } from "../model/errors.ts";
import { finding, type Finding } from "../model/finding.ts";
import { Sensitive } from "../model/sensitive.ts";
import { longestCrlPem } from "./pem.ts";

const privateMode = 0o600;
const publicMode = 0o644;

/** A certificate with its chain, and the key that belongs to it, as PEM files. */
export interface PairPaths {
  readonly certificatePath: string;
  readonly keyPath: string;
}

export interface Pair {
  readonly certificatePem: string;
  readonly privateKeyPem: Sensitive;
}

/**
 * Writes a private key: readable by its owner alone from the first moment, whole or not at all.
 * @throws MoorlineError PKI_FILE_FAILED
 */
export async function writePrivateKey(path: string, pem: Sensitive): Promise<void> {
  await replaceFile(path, pem.reveal(), privateMode);
}

/** Writes what may be read by all: certificates and revocation lists. @throws MoorlineError PKI_FILE_FAILED */
export async function writePublic(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, content, publicMode);
}

/** Writes what holds a key together with other things, such as PKCS#12. @throws MoorlineError PKI_FILE_FAILED */
export async function writePrivate(path: string, content: Uint8Array): Promise<void> {
  await replaceFile(path, content, privateMode);
}

const mostAttempts = 20;

/**
 * Writes a key and its certificate. Two files cannot be replaced in one move, and another process may do the same at the
 * same time; so each writer looks at the outcome and writes again where the two halves are not its own or another writer's
 * both: whoever writes last also looks last, and leaves a pair.
 * @param belongsTogether whether a certificate and a key are a pair
 * @throws MoorlineError PKI_FILE_FAILED
 */
export async function writePair(
  paths: PairPaths,
  pair: Pair,
  belongsTogether: (pair: Pair) => boolean,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await writePrivateKey(paths.keyPath, pair.privateKeyPem);
    await writePublic(paths.certificatePath, pair.certificatePem);
    if (attempt === mostAttempts || belongsTogether(await readPair(paths))) return;
    await sleep(attempt * (1 + (process.pid % 13)));
  }
}

/** @throws MoorlineError PKI_FILE_FAILED, PKI_TOO_LARGE */
export async function readPair(paths: PairPaths): Promise<Pair> {
  return {
    certificatePem: (await readBounded(paths.certificatePath)).toString("latin1"),
    privateKeyPem: new Sensitive((await readBounded(paths.keyPath)).toString("latin1")),
  };
}

/** Reads a file of a size that certificates, keys and lists have. @throws MoorlineError PKI_FILE_FAILED, PKI_TOO_LARGE */
export async function readBounded(path: string): Promise<Buffer> {
  const found = await naming(path, () => stat(path));
  if (found.size > longestCrlPem)
    throw new MoorlineError("PKI_TOO_LARGE", {
      subject: path,
      parameters: { limit: `${longestCrlPem / 1024} KiB` },
    });
  return naming(path, () => readFile(path));
}

/** Whether others than its owner can read a key file. @throws MoorlineError PKI_FILE_FAILED */
export async function keyFileFindings(path: string): Promise<readonly Finding[]> {
  const { mode } = await naming(path, () => stat(path));
  return (mode & 0o077) === 0
    ? []
    : [finding("PRIVATE_KEY_FILE_EXPOSED", path, { mode: (mode & 0o777).toString(8).padStart(4, "0") })];
}

/**
 * Replaces a file in one move: a temporary file in the same folder, flushed, renamed over it, and the folder flushed, so
 * that a crash leaves the old file or the new one. A symbolic link stays one; what it points to is replaced.
 */
async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await naming(path, async () => {
    const target = await realpath(path).catch(() => path); // not there yet: it is created as named
    const folder = dirname(target);
    const temporary = join(folder, `.${basename(target)}.${randomUUID()}.tmp`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    try {
      const file = await open(temporary, flags, mode);
      try {
        await file.chmod(mode); // the process's umask may have taken bits away
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (thrown) {
      await unlink(temporary).catch(() => undefined); // it may never have been made; the first failure is what counts
      throw thrown;
    }
    await flushFolder(folder);
  });
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Turns what the file system says into an error that names the file. */
async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof MoorlineError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message.replace(/, \w+( '.*)?$/, "") : String(thrown);
    throw new MoorlineError("PKI_FILE_FAILED", { subject: path, parameters: { reason }, cause: thrown });
  }
}
