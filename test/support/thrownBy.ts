import { RelayError } from '../../shared/errors/relayError';

/** The RelayError that `work` throws; anything else fails the test. */
export function thrownBy(work: () => unknown): RelayError {
  try {
    work();
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
