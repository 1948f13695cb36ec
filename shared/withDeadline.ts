import type { Clock } from './clock';
import { RelayError } from './errors/relayError';

/** How long a delivery waits for storage, in milliseconds: a call that rings does not wait for a table. */
export const STORAGE_WAIT_MS = 1_000;

/** Settles as `work` does, or rejects with `storageUnavailable` after `ms`; the work goes on and its end is ignored. */
export async function withDeadline<T>(clock: Clock, work: Promise<T>, ms = STORAGE_WAIT_MS): Promise<T> {
  let cancel = (): void => undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    cancel = clock.setTimer(ms, () =>
      reject(new RelayError('storageUnavailable', `The storage account did not answer within ${String(ms / 1000)} s.`)),
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}

/** Whether `work` settles by then (milliseconds since the epoch). It must not reject. */
export async function settlesBy(clock: Clock, work: Promise<unknown>, untilMs: number): Promise<boolean> {
  let cancel = (): void => undefined;
  const deadline = new Promise<boolean>((resolve) => {
    cancel = clock.setTimer(untilMs - clock.now(), () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), deadline]);
  } finally {
    cancel();
  }
}
