/**
 * The system's code in what a program said, by the words of strerror(3): glibc's, then musl's and the shells' own where
 * they differ. Commands run with LC_ALL=C.
 */
const words: readonly (readonly [string, string])[] = [
  ["No space left on device", "ENOSPC"],
  ["Disk quota exceeded", "EDQUOT"],
  ["Quota exceeded", "EDQUOT"],
  ["File too large", "EFBIG"],
  ["File size limit exceeded", "EFBIG"],
  ["Read-only file system", "EROFS"],
  ["Permission denied", "EACCES"],
  ["Operation not permitted", "EPERM"],
  ["Directory not empty", "ENOTEMPTY"],
  ["Not a directory", "ENOTDIR"],
  ["Is a directory", "EISDIR"],
  ["Too many levels of symbolic links", "ELOOP"],
  ["Symbolic link loop", "ELOOP"],
  ["File name too long", "ENAMETOOLONG"],
  ["Filename too long", "ENAMETOOLONG"],
  ["File exists", "EEXIST"],
  ["Device or resource busy", "EBUSY"],
  ["Resource busy", "EBUSY"],
  ["Text file busy", "ETXTBSY"],
  ["Input/output error", "EIO"],
  ["I/O error", "EIO"],
  ["No such file or directory", "ENOENT"],
  // dash, when it opens and when it makes a file.
  ["No such file", "ENOENT"],
  ["Directory nonexistent", "ENOENT"],
  // getaddrinfo(3) and connect(2), as sshd passes them on.
  ["Name or service not known", "ENOTFOUND"],
  ["Name does not resolve", "ENOTFOUND"],
  ["No address associated with hostname", "ENOTFOUND"],
  ["Temporary failure in name resolution", "EAI_AGAIN"],
  ["Try again", "EAI_AGAIN"],
  ["Connection refused", "ECONNREFUSED"],
  ["Connection timed out", "ETIMEDOUT"],
  ["Operation timed out", "ETIMEDOUT"],
  ["No route to host", "EHOSTUNREACH"],
  ["Host is unreachable", "EHOSTUNREACH"],
  ["Network is unreachable", "ENETUNREACH"],
];

/** Such as ENOSPC for "dd: error writing 'standard output': No space left on device"; undefined for anything else. */
export function systemCodeIn(said: string): string | undefined {
  return words.find(([text]) => said.includes(text))?.[1];
}
