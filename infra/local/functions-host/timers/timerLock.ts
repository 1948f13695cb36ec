import { randomUUID } from 'node:crypto';
import { RestError, type BlobLeaseClient, type ContainerClient } from '@azure/storage-blob';
import type { Clock } from '../../../../shared/clock';
import { errorLine, type HostLog } from '../hostLog';
import type { SingletonOptions } from '../settings/hostJson';

/** Held by one host at a time. */
export interface TimerLock {
  /** Whether the lock is this host's now. Never rejects. */
  tryAcquire(): Promise<boolean>;
  /** Aborts when the lock that was acquired last is lost. */
  lost(): AbortSignal;
  /** Gives it back; another host may have it at once. Never rejects. */
  release(): Promise<void>;
}

/**
 * Locks as Microsoft's host keeps them: a blob for each timer function in the container `azure-webjobs-hosts`, leased for
 * `listenerLockPeriod` and renewed at half of it (azure-webjobs-sdk, SingletonManager). A host that is killed leaves its
 * leases to lapse.
 *
 * @param hostId names the app: hosts with the same one compete.
 */
export function createTimerLocks(
  container: ContainerClient,
  hostId: string,
  options: { readonly singleton: SingletonOptions; readonly clock: Clock; readonly log: HostLog },
): (functionName: string) => TimerLock {
  let created: Promise<unknown> | undefined;
  return (functionName) => {
    const { clock, log, singleton } = options;
    const blob = container.getBlockBlobClient(`locks/${hostId}/${functionName}.Listener`);
    let lease: BlobLeaseClient | undefined;
    let lost = new AbortController();

    const renew = async (held: BlobLeaseClient, signal: AbortController): Promise<void> => {
      for (;;) {
        await clock.sleep(singleton.lockPeriodMs / 2, signal.signal);
        if (signal.signal.aborted) return;
        await held.renewLease().catch((error: unknown) => {
          log({ level: 'error', functionName, message: `The timer's lock is lost: ${errorLine(error)}` });
          signal.abort();
        });
      }
    };
    const acquire = async (): Promise<boolean> => {
      await (created ??= container.createIfNotExists());
      // Leased by another host it cannot be written, and is there.
      await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } }).catch(unlessStatus(409, 412));
      const wanted = blob.getBlobLeaseClient(randomUUID());
      await wanted.acquireLease(singleton.lockPeriodMs / 1000);
      lease = wanted;
      lost = new AbortController();
      void renew(wanted, lost);
      return true;
    };

    return {
      tryAcquire: () =>
        acquire().catch((error: unknown) => {
          if (statusOf(error) !== 409)
            log({ level: 'error', functionName, message: `The timer's lock cannot be had: ${errorLine(error)}` });
          return false;
        }),
      lost: () => lost.signal,
      async release() {
        const held = lease;
        lease = undefined;
        lost.abort();
        await held?.releaseLease().catch(() => undefined);
      },
    };
  };
}

const statusOf = (error: unknown): number | undefined => (error instanceof RestError ? error.statusCode : undefined);

function unlessStatus(...expected: readonly number[]): (error: unknown) => void {
  return (error) => {
    if (!expected.includes(statusOf(error) ?? 0)) throw error;
  };
}
