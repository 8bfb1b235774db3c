import { MoorlineError } from "../model/errors.ts";

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Clocks of nodes differ; a certificate that is valid only from this very second is refused by those behind. */
const backdatedMilliseconds = 5 * 60 * 1000;
const dayMilliseconds = 24 * 60 * 60 * 1000;
const longestDays = 36_500;

/**
 * When a certificate begins and ends: it begins five minutes ago (but not before its issuer), and ends the given number of
 * days from now, on a whole second.
 * @throws MoorlineError PKI_VALIDITY_INVALID, PKI_OUTLIVES_AUTHORITY
 */
export function validityFrom(now: Date, days: number, subject: string, issuer?: Validity): Validity {
  if (!(days > 0 && days <= longestDays))
    throw new MoorlineError("PKI_VALIDITY_INVALID", { subject, parameters: { days, longest: longestDays } });
  const second = (time: number): Date => new Date(Math.floor(time / 1000) * 1000);
  const notAfter = second(now.getTime() + days * dayMilliseconds);
  const notBefore = second(Math.max(now.getTime() - backdatedMilliseconds, issuer?.notBefore.getTime() ?? 0));
  if (issuer !== undefined && notAfter > issuer.notAfter)
    throw new MoorlineError("PKI_OUTLIVES_AUTHORITY", {
      subject,
      parameters: {
        notAfter: notAfter.toISOString(),
        authorityNotAfter: issuer.notAfter.toISOString(),
        days: Math.max(0, Math.floor((issuer.notAfter.getTime() - now.getTime()) / dayMilliseconds)),
      },
    });
  return { notBefore, notAfter };
}
