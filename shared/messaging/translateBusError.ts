import type { ServiceBusError } from '@azure/service-bus';
import type { ErrorCode } from '../errors/errorTable';
import { RelayError } from '../errors/relayError';

/**
 * What an error of @azure/service-bus means for what was being sent, decided by its `code` and never by its text:
 *
 * - `messageTooLarge`, `busRefused`: this message is refused for good; it will be refused again.
 * - `busUnavailable`: the message may be fine; the bus, the way to it or our rights are not. Try the same again.
 *
 * - `busEntityFull`: nobody has read the entity for long. Try the same again, or keep it elsewhere.
 *
 * A missing or disabled entity and a lack of rights count as unavailable: they are mended by an operator, and until then
 * nothing may be acknowledged.
 */
export function translateBusError(error: unknown): RelayError {
  if (error instanceof RelayError) return error;
  const [code, message] = isServiceBusError(error) ? meaningOf(error) : unreachable;
  return new RelayError(code, message, { cause: error });
}

/** Whether the bus, or the way to it, did not answer in time. */
export function isBusTimeout(error: unknown): boolean {
  return isServiceBusError(error) && error.code === 'ServiceTimeout';
}

/** Whether the connection, or its link, ended while the bus was asked. */
export function isBusConnectionLost(error: unknown): boolean {
  return isServiceBusError(error) && error.code === 'ServiceCommunicationProblem';
}

/** Whether the key or the identity lacks a right. */
export function isMissingRight(error: unknown): boolean {
  return isServiceBusError(error) && error.code === 'UnauthorizedAccess';
}

/** Whether the namespace has no such entity. */
export function isMissingEntity(error: unknown): boolean {
  return isServiceBusError(error) && error.code === 'MessagingEntityNotFound';
}

type Meaning = readonly [ErrorCode, string];

const unreachable: Meaning = ['busUnavailable', 'Service Bus cannot be reached.'];
const refused: Meaning = ['busRefused', 'Service Bus refused the message for good.'];

const meanings: Partial<Record<ServiceBusError['code'], Meaning>> = {
  MessageSizeExceeded: ['messageTooLarge', 'The message is larger than Service Bus takes.'],
  QuotaExceeded: ['busEntityFull', 'The topic or queue is full: its consumers must catch up, or its quota be raised.'],
  UnauthorizedAccess: [
    'busUnavailable',
    'Service Bus refused the relay’s key or identity: it needs the right to send.',
  ],
  MessagingEntityNotFound: ['busUnavailable', 'The topic or queue does not exist in the Service Bus namespace.'],
  MessagingEntityDisabled: ['busUnavailable', 'The topic or queue is disabled.'],
  ServiceBusy: ['busUnavailable', 'Service Bus is throttling the namespace.'],
  ServiceTimeout: ['busUnavailable', 'Service Bus did not answer in time.'],
};

function meaningOf(error: ServiceBusError): Meaning {
  if (error.code !== 'GeneralError') return meanings[error.code] ?? unreachable;
  // An AMQP condition without a code of its own (not-allowed, invalid-field, decode-error, …). The SDK also files socket
  // errors that it has no name for here, as not retryable; those carry an errno.
  return error.retryable || error.errno !== undefined ? unreachable : refused;
}

/** By name, as the SDK's own guard does, which cannot be imported without loading the whole SDK. */
function isServiceBusError(error: unknown): error is ServiceBusError {
  return error instanceof Error && error.name === 'ServiceBusError';
}
