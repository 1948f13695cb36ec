import { ServiceBusError, type ServiceBusErrorCode } from '@azure/service-bus';
import { RelayError } from '../../../shared/errors/relayError';
import { isBusTimeout, translateBusError } from '../../../shared/messaging/translateBusError';

describe('translateBusError', () => {
  it.each<[ServiceBusErrorCode, string]>([
    ['MessageSizeExceeded', 'messageTooLarge'],
    ['QuotaExceeded', 'busEntityFull'],
    ['UnauthorizedAccess', 'busUnavailable'],
    ['MessagingEntityNotFound', 'busUnavailable'],
    ['MessagingEntityDisabled', 'busUnavailable'],
    ['ServiceBusy', 'busUnavailable'],
    ['ServiceTimeout', 'busUnavailable'],
    ['ServiceCommunicationProblem', 'busUnavailable'],
    ['SessionCannotBeLocked', 'busUnavailable'],
  ])('%s is %s', (code, expected) => {
    const error = new ServiceBusError('text of the SDK', code);

    expect(translateBusError(error)).toMatchObject({ code: expected, cause: error });
  });

  it.each([
    ['refused for good where the SDK says that it is not retryable', { retryable: false }, 'busRefused'],
    ['unavailable where it may be retried', { retryable: true }, 'busUnavailable'],
    [
      'unavailable where a socket failed with an errno that the SDK does not know',
      { retryable: false, errno: -32, syscall: 'write' },
      'busUnavailable',
    ],
  ])('a GeneralError is %s', (_what, fields, expected) => {
    const error = Object.assign(new ServiceBusError('text of the SDK', 'GeneralError'), fields);

    expect(translateBusError(error).code).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['an aborted operation', new DOMException('aborted', 'AbortError')],
    ['a closed client', new Error('The underlying AMQP connection is closed.')],
    ['something that is no error', 'text'],
  ])('takes %s for an unavailable bus', (_what, error) => {
    expect(translateBusError(error)).toMatchObject({ code: 'busUnavailable', retryable: true });
  });

  it('lets the relay’s own errors through', () => {
    const error = new RelayError('busRefused', 'no');

    expect(translateBusError(error)).toBe(error);
  });

  it('tells a full topic, missing rights and a missing topic apart in words', () => {
    const codes: ServiceBusErrorCode[] = [
      'QuotaExceeded',
      'UnauthorizedAccess',
      'MessagingEntityNotFound',
      'ServiceBusy',
    ];

    expect(new Set(codes.map((code) => translateBusError(new ServiceBusError('', code)).message)).size).toBe(
      codes.length,
    );
  });
});

test('only the SDK’s time-outs count as such', () => {
  expect(isBusTimeout(new ServiceBusError('', 'ServiceTimeout'))).toBe(true);
  expect(isBusTimeout(new ServiceBusError('', 'ServiceBusy'))).toBe(false);
  expect(isBusTimeout(new Error('timeout'))).toBe(false);
});
