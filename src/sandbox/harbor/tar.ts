/** One file of an archive; its path is relative and has no more than 100 bytes (POSIX ustar). */
export interface TarFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  /** 0644 without it. */
  readonly mode?: number;
}

const block = 512;

/** A ustar archive whose bytes depend on nothing but the files: times are 0, owners root. */
export function tar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ path, content, mode }) => {
    const bytes = Buffer.from(content);
    return [
      header(path, bytes.length, mode ?? 0o644),
      bytes,
      Buffer.alloc((block - (bytes.length % block)) % block),
    ];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function header(path: string, size: number, mode: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`a path longer than ustar takes: ${path}`);
  const bytes = Buffer.alloc(block);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  bytes.write(path, 0);
  bytes.write(octal(mode, 7), 100);
  bytes.write(octal(0, 7), 108);
  bytes.write(octal(0, 7), 116);
  bytes.write(octal(size, 11), 124);
  bytes.write(octal(0, 11), 136);
  // The checksum counts its own field as spaces.
  bytes.write("        ", 148);
  bytes.write("0", 156);
  bytes.write("ustar\x0000", 257);
  bytes.write("root", 265);
  bytes.write("root", 297);
  bytes.write(
    `${octal(
      bytes.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  return bytes;
}
