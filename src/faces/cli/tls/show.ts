import type { Posture } from "../../../diagnosis/tls/posture.ts";
import { describeFinding } from "../../../model/finding.ts";
import type { Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import { printable } from "../../../text/template.ts";
import type { Painter } from "../paint.ts";

const dayMs = 86_400_000;

/** One server: grade, what it offers, its certificate, and what is to be mended. */
export function showPosture(posture: Posture, language: Language, paint: Painter, now: Date): string {
  const { survey, grade, findings, chain } = posture;
  const colour = grade === "F" ? paint.red : grade === "A" || grade === "B" ? paint.green : paint.yellow;
  const rows = [`${colour(paint.bold(grade))} ${paint.bold(`${printable(survey.host)}:${survey.port}`)}`];
  const [leaf] = chain;
  if (leaf !== undefined) {
    const names = [...leaf.dnsNames, ...leaf.ipAddresses].slice(0, 8).join(", ");
    const days = Math.floor((leaf.notAfter.getTime() - now.getTime()) / dayMs);
    const key = [leaf.key.algorithm, leaf.key.curve ?? leaf.key.bits ?? ""].join(" ");
    const until = leaf.notAfter.toISOString().slice(0, 10);
    rows.push(
      `  ${render(message("tls.certificate", { names, key, issuer: leaf.issuer, until, days }), language)}`,
    );
  }
  if (survey.failure === undefined) {
    const client = render(message(`tls.client.${survey.client}`), language);
    rows.push(
      `  ${render(message("tls.offers", { versions: survey.versions.join(", "), client }), language)}`,
    );
  }
  for (const found of findings) {
    const sign =
      found.severity === "error"
        ? paint.red("✗")
        : found.severity === "warning"
          ? paint.yellow("!")
          : paint.dim("·");
    rows.push(`  ${sign} ${describeFinding(found, language)} ${paint.dim(`[${found.code}]`)}`);
  }
  return `${rows.join("\n")}\n`;
}

/** What JSON leaves as it is and a terminal or a reader would not: C1 controls, and marks that turn text around. */
const unsafeInJson = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The same as data: JSON, in which names that a server made up are escaped. */
export function posturesJson(postures: readonly Posture[], language: Language): string {
  const text = JSON.stringify(
    postures.map((posture) => postureJson(posture, language)),
    null,
    2,
  );
  return `${text.replaceAll(unsafeInJson, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}

function postureJson({ survey, grade, findings, chain }: Posture, language: Language): unknown {
  const { chain: sent, ...offers } = survey;
  return {
    ...offers,
    grade,
    sent: sent.length,
    chain: chain.map((c) => ({
      subject: c.subject,
      issuer: c.issuer,
      serialNumber: c.serialNumber,
      notBefore: c.notBefore.toISOString(),
      notAfter: c.notAfter.toISOString(),
      dnsNames: c.dnsNames,
      ipAddresses: c.ipAddresses,
      key: c.key,
      signatureAlgorithm: c.signatureAlgorithm,
      fingerprintSha256: c.fingerprintSha256,
    })),
    findings: findings.map((f) => ({ ...f, text: describeFinding(f, language) })),
  };
}
