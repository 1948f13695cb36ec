import type { ErrorCode } from '../../../../shared/errors/errorTable';
import { RelayError } from '../../../../shared/errors/relayError';
import { recoveryActionFor } from '../../../../shared/ucwa/channel/recoveryAction';

const error = (code: ErrorCode, status?: number): RelayError =>
  new RelayError(code, 'x', status === undefined ? {} : { extensions: { status } });

test.each([
  ['credentialsRejected', 'stop'],
  ['noUsableGrant', 'stop'],
  ['hostNotAllowed', 'stop'],
  ['pollReplaced', 'stop'],
  ['internal', 'stop'],
  ['applicationGone', 'newApplication'],
  ['channelGone', 'newAddress'],
  ['poolMoved', 'signInAfresh'],
  ['ticketExpired', 'repeat'],
  ['upstreamTimeout', 'repeat'],
  ['upstreamFailed', 'repeat'],
  ['storageUnavailable', 'repeat'],
  ['responseUnreadable', 'repeat'],
] as const)('%s: %s', (code, action) => {
  expect(recoveryActionFor(error(code), 1)).toBe(action);
});

test('403 may mean that the pool has moved, other refusals only when they last', () => {
  expect(recoveryActionFor(error('upstreamRefused', 403), 1)).toBe('signInAfresh');
  expect(
    [1, 2, 3, 4, 5, 6].map((failures) => recoveryActionFor(error('upstreamRefused', 404), failures) === 'signInAfresh'),
  ).toEqual([false, false, true, false, false, true]);
});

test('a pool that answers, if only 503, has not moved; one that cannot be reached may have', () => {
  expect(recoveryActionFor(error('upstreamFailed', 503), 3)).toBe('repeat');
  expect(recoveryActionFor(error('upstreamFailed'), 3)).toBe('signInAfresh');
});
