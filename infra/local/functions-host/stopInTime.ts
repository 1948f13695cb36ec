import type { Clock } from '../../../shared/clock';
import { errorLine, type HostLog } from './hostLog';

/**
 * Waits for a step of the stop, but no longer than `limitMs`; a step that fails or does not end in time is one line in
 * the log, and stopping goes on. Never rejects.
 */
export async function stopInTime(
  what: string,
  limitMs: number,
  step: () => Promise<unknown>,
  { clock, log }: { readonly clock: Clock; readonly log: HostLog },
): Promise<void> {
  const over = new AbortController();
  const failed = (error: unknown): void => log({ level: 'error', message: `${what} failed: ${errorLine(error)}` });
  const done = step()
    .catch(failed)
    .finally(() => over.abort());
  const late = clock.sleep(limitMs, over.signal).then(() => {
    if (!over.signal.aborted)
      log({ level: 'warning', message: `${what} took longer than ${limitMs / 1000} s and was given up.` });
  });
  await Promise.race([done, late]);
}
