import type { ErrorCode } from '../../../errors/errorTable';

/** What any request to Skype for Business can end in. */
export const upstreamErrors: readonly ErrorCode[] = [
  ...([
    'upstreamFailed',
    'upstreamRefused',
    'upstreamTimeout',
    'credentialsRejected',
    'noUsableGrant',
    'hostNotAllowed',
    'accountRefused',
    'accountMoved',
    'signInDeferred',
  ] as const),
  ...(['ticketExpired', 'applicationGone', 'poolMoved', 'responseUnreadable'] as const),
];
