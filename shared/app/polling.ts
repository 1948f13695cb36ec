import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings';
import { decodeInvitationId, encodeInvitationId } from '../invitations/invitationId';
import { pollSlots, type PollPorts, type PollRun } from '../relay/pollSlots';
import { FALLBACK_RENEWAL_MS, newOwner, SLOT_COUNT, slotsOfShard } from '../relay/slots';

/** The runs of this process that poll. */
export interface Polling {
  /** One run of a shard's timer. */
  readonly poll: (shard: number) => Promise<void>;
  /** Polls, until `stop` is called, the slots that no run holds. */
  readonly pollAsFallback: () => Promise<void>;
  /** Gives the slots back and resolves when all runs have ended, within 3 seconds. */
  stop(): Promise<void>;
}

export function createPolling(
  settings: Settings,
  ports: Pick<PollPorts, 'publisher' | 'leases' | 'calls' | 'accounts' | 'session' | 'clock' | 'log'>,
): Polling {
  const pollPorts: Omit<PollPorts, 'owner'> = {
    ...ports,
    invitationIdOf: (reference) => encodeInvitationId(reference, settings.signingKey),
    referenceOf: (id) => decodeInvitationId(id, settings.signingKey),
    kinds: settings.kinds,
    includeSdp: settings.includeSdp,
    contactDetails: settings.contactDetails,
    signInsPerSecond: settings.signInsPerSecond,
    random: Math.random,
  };
  const terminating = new AbortController();
  const runs = new Set<Promise<void>>();
  const start = async (kind: 'run' | 'fallback', run: PollRun): Promise<void> => {
    const polling = pollSlots(run, { ...pollPorts, owner: newOwner(kind, randomUUID()) }, terminating.signal);
    runs.add(polling);
    await polling.finally(() => runs.delete(polling));
  };
  return {
    poll: (shard) =>
      start('run', {
        slots: slotsOfShard(shard, settings.pollShardCount),
        runMs: settings.pollRunSeconds * 1000,
      }),
    async pollAsFallback() {
      // A new process leaves the slots to its timers first.
      await ports.clock.sleep(FALLBACK_RENEWAL_MS, terminating.signal);
      await start('fallback', { slots: Array.from({ length: SLOT_COUNT }, (_, slot) => slot) });
    },
    async stop() {
      terminating.abort();
      await Promise.allSettled(runs);
    },
  };
}
