import { harmless, timeOfDay } from '../../local/start/print/terminal';
import type { Call, Timeline } from './relayReader';
import type { StoryLine, Tone } from './storyLine';

type TimelineEvent = Timeline['events'][number];
type Subscriber = TimelineEvent['subscribers'][number];
type Attempt = Subscriber['attempts'][number];

/** The story of a call, in the order in which it happened. Pure. */
export function toStory(call: Call, timeline: Timeline): readonly StoryLine[] {
  const lines = [
    ...timeline.events.flatMap((event) => [toEventLine(event, call, timeline), ...subscriberLines(event)]),
    ...timeline.commands.map(toCommandLine),
    ...timeline.gaps.map(toGapLine),
  ].flatMap((line) => line ?? []);
  const inOrder = lines
    .map((line, index) => ({ line, index, atMs: line.orderMs }))
    .sort((one, other) => one.atMs - other.atMs || one.index - other.index)
    .map(({ line: { orderMs: _orderMs, ...line } }) => line);
  return timeline.endedBy === undefined || timeline.endedBy === 'completed'
    ? inOrder
    : [...inOrder, endUnseen(timeline.endedBy)];
}

/** Whether nothing more will happen to it by itself. Pure. */
export function isOver({ state, events }: Timeline): boolean {
  const isOpen = ({ outcome }: Subscriber): boolean => outcome === 'pending' || outcome === 'retrying';
  return state === 'ended' && !events.some(({ subscribers }) => subscribers.some(isOpen));
}

/** Whom the call is from, and to whom; what it is about. Pure. */
export function describeCall({ account, invitation }: Call): string {
  const { from, to, direction, subject, importance } = invitation;
  const [one, other] = direction === 'outgoing' ? [{ uri: account }, to] : [from, { uri: account }];
  return [
    `${person(one)} → ${person(other)}`,
    ...(subject === undefined ? [] : [`"${harmless(subject)}"`]),
    ...(importance === 'urgent' || importance === 'emergency' ? [importance] : []),
  ].join('  ');
}

/** The outcome, or how else it stands. Pure. */
export function outcomeOfCall({ state, endedBy, invitation }: Call): { readonly word: string; readonly tone: Tone } {
  const result = invitation.outcome?.result;
  if (result !== undefined) return { word: result, tone: result === 'answered' ? 'good' : 'bold' };
  if (state === 'active') return { word: 'rings', tone: 'accent' };
  return { word: endedBy === 'gap' ? 'ended in a gap' : 'ended unseen', tone: 'accent' };
}

type OrderedLine = StoryLine & { readonly orderMs: number };

function toEventLine(event: TimelineEvent, call: Call, timeline: Timeline): OrderedLine | undefined {
  if (event.receivedAt === undefined) return undefined;
  const atMs = Date.parse(event.receivedAt);
  const line = wordOf(event.type) === 'end' ? toEndLine(event, call, timeline) : toOtherLine(event);
  return { atMs, orderMs: atMs, ...line };
}

function toOtherLine(event: TimelineEvent): StoryLine {
  const word = wordOf(event.type);
  const isLate = event.delayed === true;
  return {
    label: labels[word] ?? word,
    text: joined(event.state, isLate ? 'read late' : undefined, relayed(event)),
    tone: isLate ? 'accent' : 'bold',
  };
}

function toEndLine(event: TimelineEvent, call: Call, { outcome }: Timeline): StoryLine {
  const rangMs = Date.parse(event.receivedAt ?? '') - Date.parse(call.startedAt);
  const { result, answeredBy, subcode } = outcome ?? {};
  return {
    label: result ?? 'ended',
    text: joined(
      `after ${seconds(rangMs)}`,
      answeredBy && `by ${answeredBy}`,
      event.delayed === true ? 'read late' : undefined,
      relayed(event),
      result === 'answered' ? undefined : subcode && `UCWA: ${subcode}`,
    ),
    tone: outcomeOfCall(call).tone,
  };
}

/** How long it took from its arrival to the bus; where the bus's time is not known, to its subscribers. */
function relayed({ receivedAt = '', onBusAt, recordedAt }: TimelineEvent): string | undefined {
  const fromMs = Date.parse(receivedAt);
  if (onBusAt !== undefined) return `on the bus after ${inMs(onBusAt, fromMs)}`;
  return recordedAt && `handled after ${inMs(recordedAt, fromMs)}`;
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

const labels: Readonly<Record<string, string>> = { ring: 'rang', update: 'update' };

/** What an event is, in one word. */
function wordOf(type: string | undefined): string {
  const last = type?.split('.').at(-1) ?? 'event';
  return { started: 'ring', updated: 'update', completed: 'end' }[last] ?? last;
}

function subscriberLines(event: TimelineEvent): OrderedLine[] {
  const eventMs = Date.parse(event.receivedAt ?? event.recordedAt ?? '') || 0;
  const word = wordOf(event.type);
  return event.subscribers.flatMap((subscriber) => {
    const { description, subscriptionId, attempts, outcome, filteredBy, changedSince } = subscriber;
    const name = harmless(description ?? subscriptionId);
    if (attempts.length > 0)
      return attempts.map((attempt): OrderedLine => {
        const atMs = attempt.at === undefined ? undefined : Date.parse(attempt.at);
        const { tone, text } = describeAttempt(attempt, event);
        return { atMs, orderMs: atMs ?? eventMs, label: marksFor(attempt), text: `${name}: ${word} ${text}`, tone };
      });
    const since = changedSince === true ? '; the subscription was changed since' : '';
    return [
      {
        orderMs: eventMs,
        label: outcome,
        text: `${name}: ${word} ${withoutAttempt(outcome, filteredBy)}${since}`,
        tone: outcome === 'pending' ? 'accent' : 'dim',
      },
    ];
  });
}

function marksFor({ outcome, attempted }: Attempt): string {
  return outcome === 'retrying' ? (attempted ? 'failed' : 'moved') : outcome;
}

function describeAttempt(attempt: Attempt, event: TimelineEvent): { readonly tone: Tone; readonly text: string } {
  if (attempt.outcome === 'delivered') return { tone: 'good', text: describeDelivered(attempt, event) };
  const { outcome, status, reason, nextAt, attempted } = attempt;
  const isMoved = outcome === 'retrying' && !attempted;
  const word = outcome !== 'retrying' ? outcome : isMoved ? 'moved to later' : 'failed';
  const why = reason ?? (status === undefined ? 'no reason on record' : `HTTP ${status}`);
  const next = nextAt === undefined ? '' : `, again at ${timeOfDay(Date.parse(nextAt))}`;
  return {
    tone: isMoved || outcome === 'superseded' ? 'dim' : 'bad',
    text: `${word}${nameOf(attempt)}: ${harmless(why)}${next}`,
  };
}

function describeDelivered(attempt: Attempt, { receivedAt }: TimelineEvent): string {
  const { at, durationMs } = attempt;
  const after = at === undefined || receivedAt === undefined ? '' : ` after ${inMs(at, Date.parse(receivedAt))}`;
  return `delivered${after}, request ${Math.round(durationMs)} ms${nameOf(attempt)}`;
}

/** Which attempt it was, unless it was the first. */
function nameOf({ attempt, redeliveryId }: Attempt): string {
  const which = joined(
    attempt > 1 ? `attempt ${attempt}` : undefined,
    redeliveryId === undefined ? undefined : 'sent again on request',
  );
  return which === '' ? '' : ` (${which})`;
}

function withoutAttempt(outcome: Subscriber['outcome'], filteredBy: string | undefined): string {
  if (outcome === 'filtered') return `not sent: its filter "${filteredBy ?? '?'}" excludes it`;
  if (outcome === 'notSent') return 'not sent: it is paused, or its format says nothing of this event';
  return outcome === 'pending' ? 'has no result on record yet' : outcome;
}

function toCommandLine(command: Timeline['commands'][number]): OrderedLine {
  const { at, command: name, caller, reason, to, result, status, replayed } = command;
  const atMs = Date.parse(at);
  const details = [reason, to].filter((text) => text !== undefined).join(', ');
  return {
    atMs,
    orderMs: atMs,
    label: name,
    text: harmless(
      `by ${caller}${details === '' ? '' : ` (${details})`}: ${result} (${status})` +
        (replayed === true ? ', the answer of before' : ''),
    ),
    tone: status < 300 ? 'good' : 'accent',
  };
}

function toGapLine({ cause, after, before }: Timeline['gaps'][number]): OrderedLine {
  const atMs = Date.parse(before);
  return {
    atMs,
    orderMs: atMs,
    label: 'gap',
    text: `${cause}: what happened from ${timeOfDay(Date.parse(after))} on may be missing here`,
    tone: 'bad',
  };
}

function endUnseen(endedBy: 'gap' | 'expiry'): StoryLine {
  return {
    label: 'ended',
    text:
      endedBy === 'gap'
        ? 'by a gap of the account’s channel: its end was not seen'
        : 'by its ring time: Skype for Business reported no end',
    tone: 'accent',
  };
}

type Person = { readonly uri?: string | undefined; readonly name?: string | undefined } | undefined;

function person(one: Person): string {
  const address = one?.uri?.replace(/^sip:/i, '');
  if (one?.name === undefined || address === undefined || address === `tel:${one.name}`)
    return harmless(one?.name ?? address ?? '(withheld)');
  return harmless(`${one.name} <${address}>`);
}

function inMs(at: string, fromMs: number): string {
  const ms = Math.max(0, Math.round(Date.parse(at) - fromMs));
  return ms < 10_000 ? `${ms} ms` : seconds(ms);
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
