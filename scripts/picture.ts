// Turns a command's coloured output (standard input) into an SVG of a terminal (standard output).
//   FORCE_COLOR=1 npm run --silent moorline -- plan -f … | node scripts/picture.ts "moorline plan -f …" > docs/plan.svg
import { readFileSync } from "node:fs";
import { displayWidth } from "../src/faces/cli/text-width.ts";

const colours: Readonly<Record<string, string>> = {
  "31": "#e06c75",
  "32": "#98c379",
  "33": "#e5c07b",
  "35": "#c678dd",
  "36": "#56b6c2",
};
const cell = { width: 8.43, height: 19 };
const margin = 18;

interface Span {
  readonly text: string;
  readonly style: string;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The pieces of a line between SGR sequences (ECMA-48 §8.3.117), each with its look. */
function spansOf(line: string): Span[] {
  let colour: string | undefined;
  let bold = false;
  let dim = false;
  const spans: Span[] = [];
  // oxlint-disable-next-line no-control-regex -- terminal colours begin with ESC
  for (const piece of line.split(/(\u001b\[[0-9;]*m)/)) {
    const codes = /^\u001b\[([0-9;]*)m$/.exec(piece)?.[1]?.split(";"); // oxlint-disable-line no-control-regex
    if (codes === undefined) {
      const style = [
        ...(colour === undefined ? [] : [`fill:${colour}`]),
        ...(bold ? ["font-weight:bold"] : []),
        ...(dim ? ["opacity:.6"] : []),
      ].join(";");
      if (piece !== "") spans.push({ text: piece, style });
      continue;
    }
    for (const code of codes) {
      if (code === "0" || code === "") [colour, bold, dim] = [undefined, false, false];
      else if (code === "1") bold = true;
      else if (code === "2") dim = true;
      else if (code === "22") [bold, dim] = [false, false];
      else if (code === "39") colour = undefined;
      else colour = colours[code] ?? colour;
    }
  }
  return spans;
}

const title = process.argv[2] ?? "moorline";
const lines = [`$ ${title}`, ...readFileSync(0, "utf8").trimEnd().split("\n")];
const columns = Math.max(...lines.map(displayWidth));
const width = Math.ceil(columns * cell.width + 2 * margin);
const height = lines.length * cell.height + 2 * margin;
const rows = lines.map((line, i) => {
  let column = 0;
  const spans = spansOf(line).map((span) => {
    const x = margin + column * cell.width;
    column += displayWidth(span.text);
    return `<tspan x="${x.toFixed(1)}" style="${span.style}">${escaped(span.text)}</tspan>`;
  });
  return `<text y="${margin + (i + 0.8) * cell.height}" xml:space="preserve">${spans.join("")}</text>`;
});
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<rect width="100%" height="100%" rx="8" fill="#21252b"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace" font-size="14" fill="#d7dae0">
${rows.join("\n")}
</g>
</svg>`);
