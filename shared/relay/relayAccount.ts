import { setMaxListeners } from 'node:events';
import { callSignals } from '../invitations/calls/callSignals';
import type { CallEvent } from '../invitations/calls/callEvent';
import { createCallFollower, type CallFollower, type FollowCallsPorts } from '../invitations/calls/followCalls';
import type { Clock } from '../clock';
import { RelayError, toRelayError } from '../errors/relayError';
import { normalise } from '../invitations/normalise/normalise';
import { packageParts } from '../invitations/normalise/packageParts';
import { toGapEvent } from '../invitations/normalise/toGapEvent';
import { refreshInvitation } from '../invitations/normalise/refreshInvitation';
import { accountKey, invitationPath, type InvitationReference } from '../invitations/invitationId';
import type { Kind } from '../invitations/kinds';
import type { InvitationEvent, RelayEvent, UnreadableEvent } from '../invitations/events/relayEvent';
import type { EventPublisher } from '../invitations/events/publisher';
import type { Log } from '../telemetry/log';
import { recordRingToBus } from '../telemetry/metrics';
import { setStatus, setAttributes, withSpan } from '../telemetry/trace';
import { waitMs, type BackOff } from '../backOff';
import { createContactCache, type ContactCache } from './contactCache';
import { FETCH_TIMEOUT_MS, fetchLinked } from './fetchLinked';
import type { ChannelItem, PackageItem, ReadOptions, UcwaSession } from '../ucwa/session';

/** After this long an invitation is read again before it is published, and its event says `delayed`. */
const LATE_AFTER_MS = 5_000;
/** A bus that is back should be noticed while the call still rings. */
const busBackOff: BackOff = { baseMs: 250, capMs: 4_000 };

export interface RelayPorts {
  readonly publisher: EventPublisher;
  readonly invitationIdOf: (reference: InvitationReference) => string;
  readonly referenceOf: (invitationId: string) => InvitationReference | undefined;
  readonly kinds: readonly Kind[];
  readonly includeSdp: boolean;
  /** Whether the title, department, company and office of callers go into the events. */
  readonly contactDetails: boolean;
  /** What is remembered of connected and started calls, and who ended them. */
  readonly calls: Pick<FollowCallsPorts, 'connected' | 'started' | 'isStoppedByRelay'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** One account's channel, as it is followed until `signal` aborts. */
interface Run {
  readonly ports: RelayPorts;
  readonly session: UcwaSession;
  readonly follower: CallFollower;
  readonly contacts: ContactCache;
  readonly accountKey: string;
  readonly signal: AbortSignal;
}

/**
 * The way of an event, for one account: package → normalise → publish → and only then, by pulling the next item,
 * acknowledge. Resolves when `signal` aborts; what was not published by then is not acknowledged and comes again.
 * Rejects with what ends the channel (`credentialsRejected`, `pollReplaced`, …); a bus that is down does not, it is waited for.
 *
 * A package that concerns the relay is a trace of its own, from its arrival to the bus's acceptance; its events carry it on.
 */
export async function relayAccount(
  session: UcwaSession,
  ports: RelayPorts,
  signal: AbortSignal,
  options?: ReadOptions,
): Promise<void> {
  const { calls, clock, log } = ports;
  const run: Run = {
    ports,
    session,
    follower: createCallFollower({ read: (href, brief) => session.read(href, brief), clock, log, ...calls }),
    contacts: createContactCache(clock),
    accountKey: accountKey(session.account.sipUri),
    signal,
  };
  const items = session.packages(signal, options);
  try {
    while (await relayNext(items, run));
  } finally {
    await items.return();
  }
}

/**
 * False at the channel's end, and for what was not published: to leave without pulling keeps the package unacknowledged.
 * A function of its own: a loop would keep the last package as long as it waits for the next.
 */
async function relayNext(items: AsyncGenerator<ChannelItem, void, undefined>, run: Run): Promise<boolean> {
  const next = await items.next();
  if (next.done === true) return false;
  const item = next.value;
  if (item.type === 'package' && isOfNoConcern(item, run.ports.kinds)) return true;
  return withSpan(item.type, spanOf(item, run), () => relayItem(item, run));
}

/** A package that tells of people alone is of no concern: the invitation tells who calls, and the answer who answered. */
function isOfNoConcern({ package: pkg }: PackageItem, kinds: readonly Kind[]): boolean {
  return packageParts(pkg, kinds).length === 0 && callSignals(pkg).every(({ reported }) => reported === 'participant');
}

function spanOf(item: ChannelItem, run: Run) {
  return {
    kind: 'consumer',
    attributes: () => ({ 'relay.account': run.accountKey }),
    ...(item.type === 'package' && { startedAtMs: item.receivedAtMs }),
  } as const;
}

async function relayItem(item: ChannelItem, run: Run): Promise<boolean> {
  const published =
    item.type === 'gap'
      ? await publishAll([toGapEvent({ account: run.session.account.sipUri, ...item })], [], run)
      : await relayPackage(item, run);
  if (!published) setStatus('notPublished');
  return published;
}

async function relayPackage(item: PackageItem, run: Run): Promise<boolean> {
  const { session, contacts, signal } = run;
  const { kinds, includeSdp, contactDetails, invitationIdOf, clock, log } = run.ports;
  const ageMs = measureAge(item, clock);
  const fetched = await fetchLinked(item.package, { session, contacts, kinds, contactDetails, clock, log, signal });
  const { events, unreadable } = normalise(
    item.package,
    {
      account: session.account.sipUri,
      accountName: session.displayName,
      accountKey: run.accountKey,
      applicationId: item.applicationId,
      ack: item.ack,
      receivedAtMs: item.receivedAtMs,
      emptyAtMs: item.emptyAtMs,
      ringSeconds: session.account.ringSeconds,
      includeSdp,
      contactDetails,
      kinds,
      invitationIdOf,
    },
    fetched,
  );
  const { applicationId, ack, receivedAtMs, emptyAtMs } = item;
  const calls = await run.follower.follow({
    ...{ account: session.account.sipUri, applicationId, ack, receivedAtMs, emptyAtMs },
    signals: callSignals(item.package),
    invitations: events,
  });
  if (events.length + calls.length + unreadable.length === 0) return true;
  setAttributes({ 'relay.events': events.length + calls.length, 'relay.unreadable': unreadable.length });
  const fresh = async (): Promise<RelayEvent[]> =>
    inOrder([...(await rereadIfLate(events, ageMs(), run)), ...calls.map((event) => markIfLate(event, ageMs()))]);
  const published = await publishAll(fresh, unreadable, run);
  if (!published) return false;
  await run.follower.published(calls);
  for (const event of inOrder([...events, ...calls])) logRelayed(event, item, run);
  return true;
}

function inOrder<Event extends RelayEvent>(events: readonly Event[]): Event[] {
  return events.toSorted((one, other) => ((one.sequence ?? '') < (other.sequence ?? '') ? -1 : 1));
}

function markIfLate(event: CallEvent, ageMs: number): RelayEvent {
  return ageMs <= LATE_AFTER_MS ? event : { ...event, data: { ...event.data, delayed: true } };
}

/**
 * How old the package may be, from now on: by the monotonic clock, and by the machine's, which goes on while a
 * virtual machine is suspended.
 */
function measureAge({ receivedAtMs, emptyAtMs }: PackageItem, clock: Clock): () => number {
  const [nowMs, monotonicMs] = [clock.now(), clock.monotonicMs()];
  return () => receivedAtMs - emptyAtMs + Math.max(clock.now() - nowMs, clock.monotonicMs() - monotonicMs);
}

/** A ring that is published late must not look as if it were still ringing when it is not. */
async function rereadIfLate(
  events: readonly InvitationEvent[],
  ageMs: number,
  { session, signal, ports: { referenceOf, clock, log } }: Run,
): Promise<RelayEvent[]> {
  if (ageMs <= LATE_AFTER_MS) return [...events];
  const enough = new AbortController();
  const brief = AbortSignal.any([signal, enough.signal]);
  setMaxListeners(0, brief); // one of each request
  void clock.sleep(FETCH_TIMEOUT_MS, brief).then(() => enough.abort());
  const looked = Promise.all(
    events.map(async (event) => {
      const reference = referenceOf(event.subject);
      if (event.data.event === 'completed' || reference === undefined) return event;
      try {
        const { path } = await session.application(brief);
        return refreshInvitation(event, await session.read(invitationPath(path, reference), brief));
      } catch (error) {
        log.debug('notReread', { account: event.account, error: toRelayError(error).code });
        return { ...event, data: { ...event.data, delayed: true } };
      }
    }),
  );
  return looked.finally(() => enough.abort());
}

/** Tries until the bus has everything, in order, or the signal aborts (false). */
async function publishAll(
  events: readonly RelayEvent[] | (() => Promise<readonly RelayEvent[]>),
  unreadable: readonly UnreadableEvent[],
  { session, signal, ports: { publisher, clock, random, log } }: Run,
): Promise<boolean> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      await Promise.all([
        typeof events === 'function' ? events().then((now) => publisher.publish(now)) : publisher.publish(events),
        unreadable.length === 0 ? undefined : publisher.sendUnreadable(unreadable),
      ]);
      return true;
    } catch (error) {
      const known = toRelayError(error);
      session.notPublished(known);
      // While the bus is down thousands of accounts may wait for it, each for a long time.
      const level = attempt === 1 || attempt % 10 === 0 ? 'warn' : 'debug';
      log[level]('publishFailed', { error: known.code, attempt, message: known.message });
      if (!(error instanceof RelayError)) throw error;
      await clock.sleep(waitMs(busBackOff, attempt, random, known.retryAfterMs), signal);
    }
  }
  return false;
}

function logRelayed(event: InvitationEvent | CallEvent, item: PackageItem, { ports: { clock, log } }: Run): void {
  const relayMs = clock.now() - item.receivedAtMs;
  recordRingToBus(relayMs, event.type);
  const invitation = 'event' in event.data ? event.data : undefined;
  log.info('eventRelayed', {
    eventId: event.id,
    type: event.type,
    account: event.account,
    invitationId: event.subject,
    sequence: event.sequence,
    state: invitation?.state,
    delayed: event.data.delayed,
    result: invitation?.outcome?.result,
    relayMs,
  });
}
