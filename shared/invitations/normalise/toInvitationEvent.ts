import { RelayError } from '../../errors/relayError';
import { compact } from '../compact';
import { sequenceOf, stableId, type Ordinals } from '../events/eventIdentity';
import type { InvitationData } from '../invitationData';
import { invitationSnapshot } from './invitationSnapshot';
import { kinds } from '../kinds';
import type { FetchedResources } from './fetchedResources';
import type { NormaliseContext } from './normaliseContext';
import { isCall } from './mediaFacts';
import { outcomeOf } from '../outcome';
import type { InvitationPart } from './packageParts';
import type { InvitationEvent } from '../events/relayEvent';
import { own, toText } from './resourceReading';
import { invitationAddress, resourcePath } from '../resourcePath';

/** Why a part gives no event, as a sentence for a person. */
export interface Problem {
  readonly problem: string;
}

/**
 * One event of the channel as an event of the relay. The id is of what names the occurrence (account, application, ack,
 * the invitation's own path, type, and the how-manyth such event in the package), never of what the invitation tells.
 * Undefined for an invitation that is no call.
 */
export function toInvitationEvent(
  part: InvitationPart,
  context: NormaliseContext,
  fetched: FetchedResources,
  ordinalOf: Ordinals,
): InvitationEvent | Problem | undefined {
  const {
    event: { link, type: name, resource: embedded },
    kind,
  } = part;
  const { account, accountName, accountKey, applicationId, ack, includeSdp, contactDetails } = context;
  const row = kinds[kind];
  if (!isEventName(name))
    return {
      problem: `The ${row.rel} event has the type “${name.slice(0, 40)}”; an invitation’s events are started, updated and completed.`,
    };
  const address = invitationAddress(link.href);
  if (address === undefined)
    return {
      problem: `The ${row.rel} event’s href is no invitation’s address (…/applications/<id>/communication/<collection>/<id>).`,
    };
  const { path, ...segments } = address;
  const id = attempt(() => context.invitationIdOf({ accountKey, kind, ...segments }));
  if (typeof id !== 'string') return id;

  const resource = embedded ?? fetched.get(resourcePath(link.href) ?? '');
  if (!isCall(resource)) return undefined;
  const snapshot = invitationSnapshot(resource, {
    kind: row,
    account,
    accountName,
    fetched,
    includeSdp,
    contactDetails,
  });
  const isOver = name === 'completed';
  return {
    id: stableId(account.toLowerCase(), applicationId, ack, path, name, ordinalOf(`${path} ${name}`)),
    type: `ucwa.${row.rel}.${name}`,
    account,
    subject: id,
    timeMs: context.receivedAtMs,
    sequence: sequenceOf(ack, part.position),
    ...compact({
      correlationId: snapshot.threadId,
      expiryTimeMs: isOver ? undefined : context.emptyAtMs + context.ringSeconds * 1000,
    }),
    data: {
      invitationId: id,
      event: name,
      kind,
      account,
      ...snapshot,
      ...compact({ outcome: isOver ? outcomeOf({ account, ...reasonOf(part.event), ...snapshot }) : undefined }),
    },
  };
}

const EVENT_NAMES: ReadonlySet<string> = new Set<InvitationData['event']>(['started', 'updated', 'completed']);

function isEventName(name: string): name is InvitationData['event'] {
  return EVENT_NAMES.has(name);
}

function attempt(make: () => string): string | Problem {
  try {
    return make();
  } catch (error) {
    return {
      problem: error instanceof RelayError ? error.message : 'The relay could not make an id for this invitation.',
    };
  }
}

function reasonOf(event: unknown): Record<'status' | 'code' | 'subcode' | 'message', string | undefined> {
  const reason = own(event, 'reason');
  return {
    status: toText(own(event, 'status')),
    code: toText(own(reason, 'code')),
    subcode: toText(own(reason, 'subcode')),
    message: toText(own(reason, 'message')),
  };
}
