/**
 * Takes the comment signs off a section `https` that is commented out, as people do who begin with plain HTTP:
 *
 *     # https:                    https:
 *     #   # https port      →       # https port
 *     #   port: 443                 port: 443
 *
 * Lines that belong to it are indented deeper than its head; the first that is not ends it.
 * @param isReadable whether a text is YAML; where the result would not be, nothing is uncommented
 * @returns the same text where there is no such section
 */
export function uncommentHttps(yaml: string, isReadable: (yaml: string) => boolean): string {
  const lines = yaml.split("\n");
  const first = lines.findIndex((line) => /^#[ \t]?https:\s*$/.test(line));
  if (first === -1) return yaml;
  const sign = /^#[ \t]?/.exec(lines[first] ?? "")?.[0] ?? "#";
  const rest = lines.slice(first + 1);
  const belongs = (line: string): boolean =>
    line.startsWith(sign) && /^[ \t]+\S/.test(line.slice(sign.length));
  const after = rest.findIndex((line) => !belongs(line));
  const count = after === -1 ? rest.length : after;
  if (count === 0) return yaml;
  const bare = lines.slice(first, first + 1 + count).map((line) => line.slice(sign.length));
  const uncommented = [...lines.slice(0, first), ...bare, ...lines.slice(first + 1 + count)].join("\n");
  return isReadable(uncommented) ? uncommented : yaml;
}
