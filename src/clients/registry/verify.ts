import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { MoorlineError } from "../../model/errors.ts";

/** The digest of bytes, in the algorithm of another digest; sha256 by default. */
export function digestOf(bytes: Buffer | string, like = "sha256:"): string {
  const algorithm = algorithmOf(like);
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

function algorithmOf(digest: string): string {
  return digest.slice(0, digest.indexOf(":"));
}

/**
 * A stream that passes bytes on and fails when they are not the ones that digest and size promise: at the first byte
 * too many, or at the end. Whoever writes them somewhere must wait for the end before trusting them.
 * @throws REGISTRY_SIZE_MISMATCH, REGISTRY_DIGEST_MISMATCH as stream errors
 */
export function verifying(expected: {
  digest: string;
  size: number | undefined;
  subject: string;
}): Transform {
  const { digest, size, subject } = expected;
  const algorithm = algorithmOf(digest);
  const hash = createHash(algorithm);
  let seen = 0;
  const wrongSize = () =>
    new MoorlineError("REGISTRY_SIZE_MISMATCH", {
      subject,
      parameters: { expected: size ?? 0, actual: seen },
    });
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      seen += chunk.length;
      if (size !== undefined && seen > size) return done(wrongSize());
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done: TransformCallback) {
      if (size !== undefined && seen !== size) return done(wrongSize());
      const actual = `${algorithm}:${hash.digest("hex")}`;
      if (actual === digest) return done();
      done(
        new MoorlineError("REGISTRY_DIGEST_MISMATCH", { subject, parameters: { expected: digest, actual } }),
      );
    },
  });
}
