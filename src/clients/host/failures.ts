import { MoorlineError, type ErrorCode } from "../../model/errors.ts";

const codes: Readonly<Record<string, ErrorCode>> = {
  EROFS: "HOST_READ_ONLY",
  ENOSPC: "HOST_DISK_FULL",
  EDQUOT: "HOST_DISK_FULL",
  EFBIG: "HOST_DISK_FULL",
  EACCES: "HOST_PERMISSION_DENIED",
  EPERM: "HOST_PERMISSION_DENIED",
  ENOTDIR: "HOST_NOT_A_DIRECTORY",
  EISDIR: "HOST_NOT_A_FILE",
  ENOENT: "HOST_NOT_FOUND",
  ENOTEMPTY: "HOST_DIRECTORY_NOT_EMPTY",
  EEXIST: "HOST_NOT_A_DIRECTORY",
  ELOOP: "HOST_PATH_ESCAPES",
  ENAMETOOLONG: "HOST_PATH_ESCAPES",
};

/** The system's code of an error, such as ENOENT; empty where it has none. */
export function systemCode(thrown: unknown): string {
  return (thrown as { code?: unknown } | null)?.code?.toString() ?? "";
}

/**
 * Puts a failed file operation into words.
 * @param path as the caller wrote it
 */
export function fileFailure(thrown: unknown, path: string): MoorlineError {
  if (thrown instanceof MoorlineError) return thrown;
  const code = systemCode(thrown);
  const reason = code === "" ? (thrown instanceof Error ? thrown.message : String(thrown)) : code;
  return new MoorlineError(codes[code] ?? "HOST_FILE_FAILED", {
    subject: path,
    parameters: { reason },
    cause: thrown,
  });
}

/** Lets a missing file be an answer: `undefined` for ENOENT, and for a path through something that is no folder. */
export function absentOr(thrown: unknown, path: string): undefined {
  if (["ENOENT", "ENOTDIR"].includes(systemCode(thrown))) return undefined;
  throw fileFailure(thrown, path);
}
