import type { Clock } from '../../clock';
import { certificateAdvice } from '../certificateAdvice';
import type { Finding } from '../report';
import { readCertificate, type ServerCertificate } from '../serverCertificate';
import { DiagnosticError } from '../diagnosticError';

const SOON_DAYS = 30;

/**
 * The certificates of the roots, as the relay would judge them: it goes on to the next root where one is not taken, so
 * one that is good suffices.
 */
export async function inspectCertificates(
  roots: readonly URL[],
  caCertificate: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<Finding> {
  const secure = roots.filter(({ protocol }) => protocol === 'https:');
  if (secure.length === 0)
    return { fact: 'plain http, which the relay speaks on this machine only', value: undefined, skipped: true };
  const problems: DiagnosticError[] = [];
  for (const root of secure) {
    const certificate = await readCertificate(root, caCertificate, clock, signal);
    if (certificate instanceof DiagnosticError) problems.push(certificate);
    else if (certificate.problem === undefined)
      return {
        fact: [...problems.map(({ fact }) => fact), describe(root, certificate, clock.now())].join('; '),
        value: undefined,
      };
    else
      problems.push(
        new DiagnosticError(
          describe(root, certificate, clock.now()),
          certificateAdvice(certificate.problem) ??
            `Have a certificate issued that Node.js takes (${certificate.problem}).`,
        ),
      );
  }
  const [first] = problems;
  throw new DiagnosticError(problems.map(({ fact }) => fact).join('; '), first?.whatToDo ?? '');
}

function describe(
  { host }: URL,
  { subject, issuer, expiresAtMs, isForName, problem }: ServerCertificate,
  nowMs: number,
): string {
  const days = Math.floor((expiresAtMs - nowMs) / 86_400_000);
  const until = new Date(expiresAtMs).toISOString().slice(0, 10);
  const expiry =
    days < 0 ? `expired on ${until}` : `valid until ${until}${days < SOON_DAYS ? ` (in ${days} days: renew it)` : ''}`;
  const trust = problem === undefined ? 'trusted' : `not trusted (${problem})`;
  return `${host}: ${subject}, issued by ${issuer}, ${expiry}, ${isForName ? 'for this name' : 'not for this name'}, ${trust}`;
}
