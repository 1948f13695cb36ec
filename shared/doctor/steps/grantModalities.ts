import type { Clock } from '../../clock';
import { kinds } from '../../invitations/kinds';
import { readApplication, type Application } from '../../ucwa/application';
import { makeAvailable } from '../../ucwa/availability';
import type { Pool } from '../../ucwa/pool';
import type { Finding } from '../report';
import type { CheckedAccount } from '../checkedAccount';
import { DiagnosticError } from '../diagnosticError';

/**
 * makeMeAvailable as the relay does it, and which kinds of invitation can then come: `true` where all can that are
 * relayed. Fails where a kind that is relayed cannot.
 */
export async function grantModalities(
  { account, kinds: wanted }: CheckedAccount,
  pool: Pool,
  application: Application,
  clock: Clock,
  signal: AbortSignal,
): Promise<Finding<true>> {
  const now = (): number => clock.now();
  const asked = application.makeMeAvailableHref;
  const granted = asked === undefined ? undefined : await makeAvailable(pool, asked, account, now, signal);
  const stated = (await readApplication(pool, application.selfHref, now, signal)).modalities ?? [];
  const modalities = stated.length > 0 ? stated : (granted ?? []);
  const canCome = (kind: keyof typeof kinds): boolean =>
    kinds[kind].needsModality.some((each) => modalities.includes(each));
  const lacking = account.modalities.filter((each) => !modalities.includes(each));
  const fact = [
    `granted ${modalities.join(', ') || 'none'}`,
    ...(lacking.length > 0 ? [`not ${lacking.join(', ')}`] : []),
    ...(asked === undefined && modalities.length === 0 ? ['the application links no makeMeAvailable'] : []),
    `invitations that can come: ${wanted.filter(canCome).join(', ') || 'none'}`,
  ].join('; ');
  if (asked === undefined && modalities.length === 0)
    throw new DiagnosticError(
      fact,
      'No call will come: policy does not let this user be made available. Enable mobility and voice for it ' +
        '(Grant-CsMobilityPolicy with EnableMobility and EnableOutsideVoice).',
    );
  const missing = wanted.filter((kind) => !canCome(kind));
  if (missing.length === 0) return { fact, value: true };
  const needed = [...new Set(missing.flatMap((kind) => kinds[kind].needsModality))].filter(
    (each) => !modalities.includes(each),
  );
  const isAsked = needed.some((each) => account.modalities.includes(each));
  throw new DiagnosticError(
    fact,
    isAsked
      ? `The server forbids ${needed.join(' and ')}: allow it in the user’s mobility and voice policies ` +
          `(EnableMobility, EnableOutsideVoice), ` +
          (missing.length === wanted.length
            ? 'for without it no call is seen.'
            : `or set RELAY_KINDS to what can come (${wanted.filter(canCome).join(',')}).`)
      : `Add ${needed.join(' or ')} to the account’s modalities, or take ${missing.join(' and ')} out of RELAY_KINDS.`,
  );
}
