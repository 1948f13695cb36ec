import type { EventPackage } from '../ucwa/resource';
import { RelayError } from '../errors/relayError';
import { compact } from './compact';
import { createOrdinals, sequenceOf, stableId } from './eventIdentity';
import type { InvitationData } from './invitationData';
import { accountKey, type InvitationReference } from './invitationId';
import { invitationSnapshot } from './invitationSnapshot';
import { kinds, type Kind } from './kinds';
import type { FetchedResources } from './linkedHrefs';
import { outcomeOf } from './outcome';
import { packageParts, type PackagePart } from './packageParts';
import type { InvitationEvent, UnreadableEvent } from './relayEvent';
import { own, toText } from './resourceReading';
import { invitationAddress, resourcePath } from './resourcePath';

/** Whose package it is, when it came, and what is wanted of it. */
export interface NormaliseContext {
  /** The account's SIP URI. */
  readonly account: string;
  /** Of the application whose channel gave the package. */
  readonly applicationId: string;
  /** The package's ack, digits. */
  readonly ack: string;
  readonly receivedAtMs: number;
  /** The last moment at which the channel was known to be empty. */
  readonly emptyAtMs: number;
  /** How long a call rings at this account. */
  readonly ringSeconds: number;
  readonly includeSdp: boolean;
  readonly kinds: readonly Kind[];
  /** Makes the public id; may throw a RelayError for a path that fits none. */
  readonly invitationIdOf: (reference: InvitationReference) => string;
  /** Whether the package is so late that its events say so. Default false. */
  readonly delayed?: boolean;
}

export interface NormalisedPackage {
  /** In the channel's order. */
  readonly events: readonly InvitationEvent[];
  /** What could not be read, in the channel's order. */
  readonly unreadable: readonly UnreadableEvent[];
}

/**
 * A package in, invitation events out: pure, total (it never throws, whatever the package holds) and stable: the same
 * package gives the same ids, whatever was fetched meanwhile. Events of other rels and kinds are left out; what is or
 * may be ours and cannot be read is handed back raw with a sentence that says why.
 */
export function normalise(pkg: EventPackage, context: NormaliseContext, fetched: FetchedResources): NormalisedPackage {
  const events: InvitationEvent[] = [];
  const unreadable: UnreadableEvent[] = [];
  const ordinalOf = createOrdinals();
  const { account, applicationId, ack, receivedAtMs: timeMs } = context;
  for (const part of packageParts(pkg, context.kinds)) {
    const read = part.type === 'unreadable' ? part.problem : readEvent(part, context, fetched, ordinalOf);
    if (typeof read !== 'string') {
      events.push(read);
      continue;
    }
    const raw = part.raw();
    const id = stableId('unreadable', account.toLowerCase(), applicationId, ack, raw, ordinalOf(raw));
    unreadable.push({ id, account, timeMs, sequence: sequenceOf(ack, part.position), reason: read, raw });
  }
  return { events, unreadable };
}

type InvitationPart = Extract<PackagePart, { type: 'invitation' }>;
type EventName = InvitationData['event'];
const EVENT_NAMES: ReadonlySet<string> = new Set<EventName>(['started', 'updated', 'completed']);

/** The event, or a sentence that says why there is none. */
function readEvent(
  part: InvitationPart,
  context: NormaliseContext,
  fetched: FetchedResources,
  ordinalOf: (key: string) => number,
): InvitationEvent | string {
  const { event: channelEvent, kind, position } = part;
  const row = kinds[kind];
  const name = channelEvent.type;
  if (!isEventName(name)) return `The ${row.rel} event has the type “${name.slice(0, 40)}”; an invitation’s events are started, updated and completed.`;
  const address = invitationAddress(channelEvent.link.href);
  if (address === undefined) return `The ${row.rel} event’s href is no invitation’s address (…/applications/<id>/communication/<collection>/<id>).`;
  const { path, ...segments } = address;
  const id = idOf(() => context.invitationIdOf({ accountKey: accountKey(context.account), kind, ...segments }));
  if (typeof id !== 'string') return id.problem;

  const { account, applicationId, ack } = context;
  const resource = channelEvent.resource ?? fetched.get(resourcePath(channelEvent.link.href) ?? '');
  const snapshot = invitationSnapshot(resource, { kind: row, fetched, includeSdp: context.includeSdp });
  return {
    id: stableId(account.toLowerCase(), applicationId, ack, path, name, ordinalOf(`${path} ${name}`)),
    type: `ucwa.${row.rel}.${name}`,
    account,
    subject: id,
    timeMs: context.receivedAtMs,
    sequence: sequenceOf(ack, position),
    ...compact({
      correlationId: snapshot.threadId,
      expiryTimeMs: name === 'completed' ? undefined : context.emptyAtMs + context.ringSeconds * 1000,
    }),
    data: {
      invitationId: id,
      event: name,
      kind,
      account,
      ...snapshot,
      ...compact({
        delayed: context.delayed === true ? true : undefined,
        outcome: name === 'completed' ? outcomeOf({ account, ...reasonOf(channelEvent), ...snapshot }) : undefined,
      }),
    },
  };
}

function isEventName(name: string): name is EventName {
  return EVENT_NAMES.has(name);
}

function idOf(make: () => string): string | { readonly problem: string } {
  try {
    return make();
  } catch (error) {
    return { problem: error instanceof RelayError ? error.message : 'The relay could not make an id for this invitation.' };
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
