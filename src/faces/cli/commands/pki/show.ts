import { describeFinding, type Finding } from "../../../../model/finding.ts";
import type { Severity } from "../../../../text/findings/table.ts";
import type { CertificateDescription } from "../../../../pki/inspect.ts";
import { keyText } from "../../../../pki/inspect.ts";
import type { Language } from "../../../../text/language.ts";
import { message, render, type Message } from "../../../../text/message.ts";
import { printable } from "../../../../text/template.ts";
import type { Invocation } from "../../command.ts";
import { painter } from "../../paint.ts";
import { displayWidth, padded } from "../../text-width.ts";

/** Rows of a heading and a value, in columns; rows without a value are left out. */
export function table(rows: readonly (readonly [Message, string])[], language: Language): string {
  const shown = rows
    .filter(([, value]) => value !== "")
    .map(([key, value]) => [render(key, language), value] as const);
  const width = Math.max(0, ...shown.map(([key]) => displayWidth(key)));
  return shown.map(([key, value]) => `  ${padded(key, width)}  ${printable(value)}\n`).join("");
}

/** One certificate for people. */
export function certificateText(of: CertificateDescription, language: Language, now: Date): string {
  const days = Math.round((of.notAfter.getTime() - now.getTime()) / 86_400_000);
  const constraints = of.nameConstraints;
  return table(
    [
      [message("pki.subject"), of.subject],
      [message("pki.issuer"), of.issuer],
      [message("pki.serialNumber"), of.serialNumber],
      [message("pki.notBefore"), of.notBefore.toISOString()],
      [
        message("pki.notAfter"),
        `${of.notAfter.toISOString()} (${render(message(days < 0 ? "pki.daysAgo" : "pki.daysLeft", { days: Math.abs(days) }), language)})`,
      ],
      [message("pki.dnsNames"), of.dnsNames.join(", ")],
      [message("pki.ipAddresses"), of.ipAddresses.join(", ")],
      [message("pki.uris"), of.uris.join(", ")],
      [message("pki.key"), keyText(of.key)],
      [message("pki.signature"), of.signatureAlgorithm],
      [message("pki.authority"), of.isAuthority ? render(authorityText(of), language) : ""],
      [message("pki.usage"), [...of.keyUsage, ...of.extendedKeyUsage].join(", ")],
      [message("pki.permitted"), constraints?.permitted.join(", ") ?? ""],
      [message("pki.excluded"), constraints?.excluded.join(", ") ?? ""],
      [message("pki.crlUrls"), of.crlUrls.join(", ")],
      [message("pki.fingerprint"), of.fingerprintSha256],
    ],
    language,
  );
}

function authorityText(of: CertificateDescription): Message {
  return of.pathLength === undefined
    ? message("pki.authorityUnlimited")
    : message("pki.authorityLimited", { pathLength: of.pathLength });
}

/** Findings for people, the worst first. */
export function findingsText(findings: readonly Finding[], { io, language }: Invocation): string {
  const paint = painter(io.colours);
  const marks = { error: paint.red("✗"), warning: paint.yellow("!"), note: paint.dim("·") };
  const order: readonly Severity[] = ["error", "warning", "note"];
  return findings
    .toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
    .map((f) => `${marks[f.severity]} ${describeFinding(f, language)} ${paint.dim(`[${f.code}]`)}\n`)
    .join("");
}

/** Findings for machines: with their words, since codes alone tell little. */
export function findingsJson(findings: readonly Finding[], language: Language): readonly unknown[] {
  return findings.map((f) => ({ ...f, text: describeFinding(f, language) }));
}

/** Prints data as JSON, or text, as `--output` says. */
export function answer(invocation: Invocation, data: unknown, text: () => string): void {
  invocation.io.out(invocation.option("output") === "json" ? `${JSON.stringify(data, null, 2)}\n` : text());
}
