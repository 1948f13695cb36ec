import type { Clock } from '../../clock';
import { toRelayError } from '../../errors/relayError';
import type { Log } from '../../telemetry/log';
import type { RelayEvent } from '../events/relayEvent';
import type { CommandSettlement } from './command';

export interface SettleCommandPorts {
  /** The record of every command, refused or not. */
  readonly audit: {
    record(
      settlement: CommandSettlement & { readonly id: string; readonly account?: string; readonly atMs: number },
    ): Promise<void>;
  };
  readonly events: { publish(events: readonly RelayEvent[]): Promise<void> };
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Publishes a command as `ucwa.command.settled` and keeps it in the audit table, each whatever becomes of the other. Never
 * rejects. @param account undefined for a refusal of an id that is not ours: it has no place on the topic.
 */
export async function settleCommand(
  settlement: CommandSettlement,
  account: string | undefined,
  { audit, events, newId, clock, log }: SettleCommandPorts,
): Promise<void> {
  const id = newId();
  const atMs = clock.now();
  const subject = settlement.invitationId ?? account;
  const kept = await Promise.allSettled([
    audit.record({ ...settlement, id, atMs, ...(account === undefined ? {} : { account }) }),
    account === undefined || subject === undefined
      ? undefined
      : events.publish([{ id, type: 'ucwa.command.settled', account, subject, timeMs: atMs, data: settlement }]),
  ]);
  // The command stands whatever becomes of its record; that one is missing must be seen by the operator.
  kept.forEach((result, index) => {
    if (result.status === 'rejected')
      log.error('commandNotRecorded', {
        where: index === 0 ? 'audit' : 'bus',
        command: settlement.command,
        error: toRelayError(result.reason).code,
      });
  });
}
