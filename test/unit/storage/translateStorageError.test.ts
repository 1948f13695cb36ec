import { RelayError } from '../../../shared/errors/relayError';
import { statusOf, storageUnavailable, translateWriteError } from '../../../shared/storage/translateStorageError';

const answered = (statusCode: unknown): Error => Object.assign(new Error('as the SDK says it'), { statusCode });

test.each([
  [answered(404), 404],
  [answered('404'), undefined],
  [new Error('getaddrinfo ENOTFOUND'), undefined],
  ['text', undefined],
  [null, undefined],
])('the status of %p is %p', (error, status) => {
  expect(statusOf(error)).toBe(status);
});

test('what storage could not do says whether it answered, and keeps the cause', () => {
  const cause = answered(503);
  expect(storageUnavailable(cause)).toMatchObject({
    code: 'storageUnavailable',
    retryable: true,
    message: 'The storage account answered 503.',
    cause,
  });
  expect(storageUnavailable(new Error('socket hang up')).message).toBe('The storage account did not answer.');
});

test('an error of ours stays what it is', () => {
  const ours = new RelayError('requestInvalid', 'A cursor is wrong.');
  expect(storageUnavailable(ours)).toBe(ours);
});

test.each([
  [400, 'storageRefused'],
  [413, 'storageRefused'],
  [409, 'storageUnavailable'],
  [503, 'storageUnavailable'],
])('a write that is answered %i is %s', (status, code) => {
  expect(translateWriteError(answered(status))).toMatchObject({ code });
});
