/** Columns that a text takes in a terminal: East Asian wide and full-width characters take two (Unicode UAX #11). */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(ansi, "")) width += wide.test(character) ? 2 : 1;
  return width;
}

/** Pads a text with spaces to a number of terminal columns. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/**
 * Sets pieces one after the other, two spaces apart, on lines of at most so many columns; what does not fit is continued on
 * the next line, indented, and nothing is cut off. @param columns 0 is no limit
 */
export function flowed(pieces: readonly string[], columns: number, indent: string): readonly string[] {
  const all = pieces.filter((piece) => piece.trim() !== "");
  if (columns <= 0) return [all.join("  ")];
  const lines: string[] = [];
  let line = "";
  for (const piece of all) {
    if (line !== "" && displayWidth(line) + 2 + displayWidth(piece) > columns) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? (lines.length === 0 ? piece : `${indent}${piece}`) : `${line}  ${piece}`;
    while (displayWidth(line) > columns) {
      const kept = beginOf(line, columns);
      lines.push(kept.trimEnd());
      line = `${indent}${line.slice(kept.length).trimStart()}`;
    }
  }
  return line.trim() === "" ? lines : [...lines, line];
}

/** As much as fits, up to a space where one is near enough. */
function beginOf(text: string, columns: number): string {
  let kept = "";
  for (const character of text) {
    if (displayWidth(kept + character) > columns) break;
    kept += character;
  }
  const space = kept.lastIndexOf(" ");
  return space > kept.length / 2 ? kept.slice(0, space) : kept;
}

// oxlint-disable-next-line no-control-regex -- terminal colours begin with ESC
const ansi = /\u001b\[[0-9;]*m/g;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;
