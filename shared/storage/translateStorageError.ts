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
