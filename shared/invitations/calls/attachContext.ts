import { RelayError } from '../../errors/relayError';
import { compact } from '../compact';
import type { CommandPorts } from '../commands/runCommand';
import { findInvitation } from '../commands/liveInvitation';
import type { CallRecords } from '../record/callRecords';
import { MAX_CONTEXT_BYTES, type CallContext } from './callData';
import { CONTEXT_EVENT_TYPE, type CallContextEvent } from './callEvent';

export interface AttachContextPorts {
  readonly commands: CommandPorts;
  readonly records: Pick<CallRecords, 'insertEvent'>;
  /** Tells those who deliver that contexts are in use. */
  readonly noteContext: () => Promise<void>;
}

export interface AttachContextRequest {
  readonly invitationId: string;
  readonly context: CallContext;
  readonly caller: string;
}

/**
 * Attaches what a consumer knows to a call, in place of what was attached before: publishes `ucwa.call.context`, then inserts that
 * event into the call's partition, where deliveries read it from then on. Resolves when both have it. The bus comes first: what it
 * took is recorded even if this process ends before its own row. An empty context takes the earlier one away.
 * Errors: `invitationNotFound`, `contextTooLarge`, `busUnavailable`, `storageUnavailable`.
 */
export async function attachContext(
  { invitationId: given, context, caller }: AttachContextRequest,
  { commands, records, noteContext }: AttachContextPorts,
): Promise<CallContextEvent> {
  const { started, calls, events, newId, clock } = commands;
  if (Buffer.byteLength(JSON.stringify(context)) > MAX_CONTEXT_BYTES) throw contextTooLarge();
  const { reference, gateway } = await findInvitation(given, commands);
  const invitationId = await started.canonicalId(given).catch(() => given);
  const account = gateway.account.sipUri;
  // Only for filters and correlation: an invitation that is not on record yet has them in its own events.
  const head = await calls.head(invitationId).catch(() => undefined);
  const { direction, threadId } = head?.data ?? {};
  const timeMs = clock.now();
  const event: CallContextEvent = {
    id: newId(),
    type: CONTEXT_EVENT_TYPE,
    account,
    subject: invitationId,
    timeMs,
    ...compact({ correlationId: threadId }),
    data: { invitationId, account, kind: reference.kind, ...compact({ direction, threadId }), caller, context },
  };
  await noteContext();
  await events.publish([event]);
  await records.insertEvent({ event, recordedAtMs: timeMs });
  return event;
}

export function contextTooLarge(): RelayError {
  return new RelayError(
    'contextTooLarge',
    `The context must be at most ${String(MAX_CONTEXT_BYTES)} bytes of JSON. Attach a link to the record in place of the record.`,
  );
}
