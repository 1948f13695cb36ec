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

function toEventLine(event: TimelineEvent, call: Call, { outcome }: Timeline): OrderedLine | undefined {
  const { type, receivedAt, onBusAt, recordedAt, state, delayed } = event;
  if (receivedAt === undefined) return undefined;
  const atMs = Date.parse(receivedAt);
  const word = wordOf(type);
  const isEnd = word === 'end';
  const relayed =
    onBusAt === undefined
      ? recordedAt && `handled after ${inMs(recordedAt, atMs)}`
      : `on the bus after ${inMs(onBusAt, atMs)}`;
  const rang = isEnd ? `after ${seconds(atMs - Date.parse(call.startedAt))}` : undefined;
  const by = isEnd && outcome?.answeredBy !== undefined ? `by ${outcome.answeredBy}` : undefined;
  const reason =
    isEnd && outcome?.result !== 'answered' && outcome?.subcode !== undefined ? `UCWA: ${outcome.subcode}` : undefined;
  const tone: Tone = isEnd ? outcomeOfCall(call).tone : delayed === true ? 'accent' : 'bold';
  return {
    atMs,
    orderMs: atMs,
    label: isEnd ? (outcome?.result ?? 'ended') : (labels[word] ?? word),
    text: [rang, by, isEnd ? undefined : state, delayed === true ? 'read late' : undefined, relayed, reason]
      .filter((part) => part !== undefined && part !== '')
      .join(', '),
    tone,
  };
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

function describeAttempt(attempt: Attempt, { receivedAt }: TimelineEvent): { tone: Tone; text: string } {
  const { attempt: number, outcome, durationMs, status, reason, nextAt, at, redeliveryId, attempted } = attempt;
  const which = [number > 1 ? `attempt ${number}` : '', redeliveryId === undefined ? '' : 'sent again on request'];
  const prefix = which.filter((text) => text !== '').join(', ');
  const named = prefix === '' ? '' : ` (${prefix})`;
  if (outcome === 'delivered') {
    const after = at === undefined || receivedAt === undefined ? undefined : inMs(at, Date.parse(receivedAt));
    return {
      tone: 'good',
      text: `delivered${after === undefined ? '' : ` after ${after}`}, request ${Math.round(durationMs)} ms${named}`,
    };
  }
  const why = reason ?? (status === undefined ? 'no reason on record' : `HTTP ${status}`);
  const next = nextAt === undefined ? '' : `, again at ${timeOfDay(Date.parse(nextAt))}`;
  const verbs = { retrying: attempted ? 'failed' : 'moved to later' } as Readonly<Record<string, string>>;
  return {
    tone: outcome === 'superseded' || (outcome === 'retrying' && !attempted) ? 'dim' : 'bad',
    text: `${verbs[outcome] ?? outcome}${named}: ${harmless(why)}${next}`,
  };
}

function withoutAttempt(outcome: Subscriber['outcome'], filteredBy: string | undefined): string {
  switch (outcome) {
    case 'filtered':
      return `not sent: its filter "${filteredBy ?? '?'}" excludes it`;
    case 'notSent':
      return 'not sent: it is paused, or its format says nothing of this event';
    case 'pending':
      return 'has no result on record yet';
    default:
      return outcome;
  }
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
        : 'by its ring time: Skype for Business told no end',
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
