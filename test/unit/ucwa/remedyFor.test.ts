import type { ErrorCode } from '../../../shared/errors/errorTable';
import { RelayError } from '../../../shared/errors/relayError';
import { remedyFor } from '../../../shared/ucwa/remedyFor';

const error = (code: ErrorCode, status?: number): RelayError =>
  new RelayError(code, 'x', status === undefined ? {} : { extensions: { status } });

test.each([
  ['credentialsRejected', 'giveUp'],
  ['noUsableGrant', 'giveUp'],
  ['hostNotAllowed', 'giveUp'],
  ['pollReplaced', 'giveUp'],
  ['internal', 'giveUp'],
  ['applicationGone', 'newApplication'],
  ['channelGone', 'newAddress'],
  ['poolMoved', 'signInAfresh'],
  ['ticketExpired', 'repeat'],
  ['upstreamTimeout', 'repeat'],
  ['upstreamFailed', 'repeat'],
  ['storageUnavailable', 'repeat'],
  ['responseUnreadable', 'repeat'],
] as const)('%s: %s', (code, remedy) => {
  expect(remedyFor(error(code), 1)).toBe(remedy);
});

test('403 may mean that the pool has moved, other refusals only when they last', () => {
  expect(remedyFor(error('upstreamRefused', 403), 1)).toBe('signInAfresh');
  expect(
    [1, 2, 3, 4, 5, 6].map((failures) => remedyFor(error('upstreamRefused', 404), failures) === 'signInAfresh'),
  ).toEqual([false, false, true, false, false, true]);
});

test('a pool that answers, if only 503, has not moved; one that cannot be reached may have', () => {
  expect(remedyFor(error('upstreamFailed', 503), 3)).toBe('repeat');
  expect(remedyFor(error('upstreamFailed'), 3)).toBe('signInAfresh');
});
