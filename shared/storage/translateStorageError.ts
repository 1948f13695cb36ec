import { RelayError } from '../errors/relayError';

/** HTTP status of an Azure storage error (RestError), if the service answered at all. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** Anything that storage could not do, other than the statuses that a caller asked to know (404, 409, 412). */
export function storageUnavailable(error: unknown): RelayError {
  if (error instanceof RelayError) return error;
  const status = statusOf(error);
  const what = status === undefined ? 'did not answer' : `answered ${String(status)}`;
  return new RelayError('storageUnavailable', `The storage account ${what}.`, { cause: error });
}

/**
 * What a write that did not succeed is: `storageRefused` where the service refuses what was to be written, so that it is never
 * tried again (400: a property or the row is too large, 413: the request is); else `storageUnavailable`.
 */
export function translateWriteError(error: unknown): RelayError {
  const status = statusOf(error);
  if (status !== 400 && status !== 413) return storageUnavailable(error);
  return new RelayError('storageRefused', `The storage account refused a write for good (${status}).`, {
    cause: error,
  });
}
