/** What an archive holds: a folder, a file or a symbolic link. Paths have no leading slash. */
export type TarEntry =
  | { readonly path: string; readonly type: "folder"; readonly mode?: number }
  | { readonly path: string; readonly type: "file"; readonly content: Uint8Array; readonly mode?: number }
  | { readonly path: string; readonly type: "link"; readonly target: string };

const block = 512;

/** An archive in the ustar format (POSIX.1-1988), everything owned by root and dated 1970, so that equal input gives equal bytes. */
export function writeTar(entries: readonly TarEntry[]): Uint8Array {
  const parts = entries.flatMap((entry) => {
    if (entry.type !== "file") return [header(entry)];
    return [header(entry), entry.content, new Uint8Array(padding(entry.content.length))];
  });
  return Buffer.concat([...parts, new Uint8Array(2 * block)]);
}

function header(entry: TarEntry): Uint8Array {
  const bytes = Buffer.alloc(block);
  const put = (text: string, offset: number, length: number): void => {
    if (Buffer.byteLength(text) > length) throw new Error(`"${text}" is too long for a tar header`);
    bytes.write(text, offset, "utf8");
  };
  const number = (value: number, offset: number, length: number): void =>
    put(value.toString(8).padStart(length - 1, "0"), offset, length);
  put(entry.type === "folder" ? `${entry.path}/` : entry.path, 0, 100);
  number(modeOf(entry), 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(entry.type === "file" ? entry.content.length : 0, 124, 12);
  number(0, 136, 12);
  put({ file: "0", link: "2", folder: "5" }[entry.type], 156, 1);
  if (entry.type === "link") put(entry.target, 157, 100);
  put("ustar\u000000", 257, 8);
  // The checksum is taken with its own field full of spaces.
  bytes.fill(" ", 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8);
  return bytes;
}

function modeOf(entry: TarEntry): number {
  if (entry.type === "link") return 0o755;
  return entry.mode ?? (entry.type === "file" ? 0o644 : 0o755);
}

function padding(length: number): number {
  return (block - (length % block)) % block;
}
