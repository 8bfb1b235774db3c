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

/** Cuts a text without colours off at a number of terminal columns, and shows that it did. */
export function clipped(text: string, columns: number): string {
  if (columns <= 0 || displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += displayWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

// oxlint-disable-next-line no-control-regex -- terminal colours begin with ESC
const ansi = /\u001b\[[0-9;]*m/g;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;
