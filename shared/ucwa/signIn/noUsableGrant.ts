import { RelayError } from '../../errors/relayError';
import type { Challenge } from './challenge';

/** What a person can do about a sign-in that the relay does not speak. */
const advices: Readonly<Record<string, string>> = {
  'urn:microsoft.rtc:windows':
    'Integrated Windows sign-in is not supported: let the web ticket service take passwords (for example ' +
    'Set-CsAuthConfig -Scenario AllowAllExternallyAndInternally).',
  'urn:microsoft.rtc:passive':
    'Passive sign-in (AD FS) needs a browser and is not supported: switch it off for the accounts’ pool ' +
    '(Set-CsWebServiceConfiguration -UseWsFedPassiveAuth $false).',
  Bearer:
    'Modern authentication is offered: give the relay an identity that the pool accepts (AZURE_CLIENT_ID and the Azure ' +
    'SDK’s other variables), or let the web ticket service take passwords.',
};

/** `noUsableGrant`: lists what the server offered, and what to enable. */
export function noUsableGrant(host: string, challenge: Challenge): RelayError {
  const offered = [...challenge.grants, ...(challenge.authorizationUri === undefined ? [] : ['Bearer'])];
  const list = offered.length > 0 ? offered.join(', ') : challenge.schemes.join(', ') || 'nothing';
  const whatToDo = offered.flatMap((grant) => advices[grant] ?? []).join(' ');
  return new RelayError(
    'noUsableGrant',
    `Skype for Business at ${host} offers no sign-in that the relay can use; it offers ${list}. ${whatToDo}`.trimEnd(),
    {
      extensions: {
        host,
        offered: offered.length > 0 ? offered : challenge.schemes,
        ...(whatToDo !== '' && { whatToDo }),
      },
    },
  );
}
