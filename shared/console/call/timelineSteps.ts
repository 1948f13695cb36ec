import type { CallItem, Timeline, TimelineCommand, TimelineEvent, TimelineGap } from '../api/answers';
import { calledName, importanceText, subjectText } from '../calls/callTexts';
import { outcomeText, type Tone } from '../calls/outcomeTexts';
import { doneWord, whoText } from '../calls/whoText';
import { duration } from '../ui/times';
import { subscriberLine, type SubscriberLine } from './subscriberLine';

/** One thing that happened to a call, as a person reads it. */
export interface Step {
  readonly id: string;
  readonly atMs: number;
  readonly tone: Tone;
  readonly sign: string;
  readonly title: string;
  readonly text?: string;
  readonly subscribers?: readonly SubscriberLine[];
}

/** A call's timeline in its order. Pure. */
export function toSteps({ events, commands, gaps, startedAt }: Timeline, call: CallItem): readonly Step[] {
  const startedAtMs = Date.parse(startedAt);
  return [
    ...withLaterAttempts(events).flatMap((event) => eventSteps(event, call, startedAtMs)),
    ...commands.map((command) => commandStep(command, call)),
    ...gaps.map(gapStep),
  ].sort((one, other) => one.atMs - other.atMs);
}

/** Of an event that is on a page before, a later page has further attempts only. */
function withLaterAttempts(events: readonly TimelineEvent[]): readonly TimelineEvent[] {
  const known = events.filter(({ type }) => type !== undefined);
  return known.map((event) => {
    const later = events
      .filter(({ id, type }) => id === event.id && type === undefined)
      .flatMap((one) => one.subscribers);
    const merged = event.subscribers.map((subscriber) => {
      const more = later.filter(({ subscriptionId }) => subscriptionId === subscriber.subscriptionId);
      const last = more.at(-1);
      return last === undefined
        ? subscriber
        : { ...subscriber, ...last, attempts: [...subscriber.attempts, ...more.flatMap(({ attempts }) => attempts)] };
    });
    return { ...event, subscribers: merged };
  });
}

function eventSteps(event: TimelineEvent, call: CallItem, startedAtMs: number): readonly Step[] {
  const { id, receivedAt, onBusAt, recordedAt, subscribers } = event;
  const receivedAtMs = Date.parse(receivedAt ?? '');
  const what = whatHappened(event, call);
  const isStart = event.type?.endsWith('.started') === true;
  const shown = subscribers.map((subscriber) => subscriberLine(subscriber, startedAtMs));
  const sent = subscribers.filter(({ outcome }) => outcome !== 'filtered' && outcome !== 'notSent').length;
  return [
    { id: `${id} received`, atMs: receivedAtMs, ...what },
    ...(onBusAt === undefined || !isStart
      ? []
      : [
          {
            id: `${id} bus`,
            atMs: Date.parse(onBusAt),
            tone: 'ok' as const,
            sign: '✓',
            title: 'On the bus',
            text: `${duration(Math.max(0, Date.parse(onBusAt) - receivedAtMs))} after the relay received it`,
          },
        ]),
    ...(shown.length === 0
      ? []
      : [
          {
            id: `${id} sent`,
            atMs: Date.parse(recordedAt ?? onBusAt ?? receivedAt ?? ''),
            tone: 'link' as const,
            sign: '➜',
            title: `${sentWords(event)} sent to ${String(sent)} ${sent === 1 ? 'subscriber' : 'subscribers'}`,
            subscribers: shown,
          },
        ]),
  ];
}

function sentWords({ type = '' }: TimelineEvent): string {
  if (type.endsWith('.started')) return 'Ring';
  if (type.endsWith('.updated')) return 'Change';
  return type === 'ucwa.call.connected' ? 'Connection' : 'End';
}

function whatHappened(event: TimelineEvent, call: CallItem): Pick<Step, 'tone' | 'sign' | 'title' | 'text'> {
  const { type = '', state, delayed } = event;
  if (type.endsWith('.started')) {
    const subject = subjectText(call);
    const parts = [
      subject === '' ? undefined : `subject “${subject}”`,
      importanceText(call)?.toLowerCase(),
      delayed === true ? 'received late' : undefined,
    ].filter((part) => part !== undefined);
    const isOutgoing = call.invitation.direction === 'outgoing';
    return {
      tone: 'link',
      sign: '☎',
      title: isOutgoing ? `Called from ${calledName(call)}` : `Rang at ${calledName(call)}`,
      ...(parts.length > 0 && { text: parts.join(', ') }),
    };
  }
  if (type.endsWith('.completed')) {
    const { tone, sign, words, detail } = outcomeText(call);
    return { tone, sign, title: words, ...(detail !== undefined && { text: detail }) };
  }
  if (type === 'ucwa.call.connected') return { tone: 'ok', sign: '✓', title: 'Connected' };
  if (type === 'ucwa.call.ended') return { tone: 'soft', sign: '–', title: 'The call ended' };
  if (type === 'ucwa.call.context') return { tone: 'soft', sign: '+', title: 'Context was added' };
  return { tone: 'soft', sign: '·', title: 'Changed', ...(state !== undefined && { text: state }) };
}

const tried: Readonly<Record<string, string>> = {
  accept: 'Accept',
  decline: 'Decline',
  cancel: 'Cancel',
  hangup: 'Hang-up',
  hold: 'Hold',
  resume: 'Resume',
  start: 'Start',
};

function commandStep(command: TimelineCommand, call: CallItem): Step {
  const { id, at, result, status, replayed, caller } = command;
  const base = { id, atMs: Date.parse(at) };
  const word = tried[command.command] ?? command.command;
  if (result !== 'sent')
    return {
      ...base,
      tone: 'warn',
      sign: '!',
      title: `${word} refused`,
      text: `by ${whoText(caller)}: ${String(status)} ${result}`,
    };
  const title =
    command.command === 'accept'
      ? `Sent to ${calledName(call)}’s phone`
      : command.command === 'hold' || command.command === 'resume' || command.command === 'start'
        ? `${word} sent`
        : doneWord(command.command);
  const again = replayed === true ? ', who had asked for it before' : '';
  return { ...base, tone: 'ok', sign: '✓', title, text: `asked for by ${whoText(caller)}${again}` };
}

function gapStep({ id, cause, after, before }: TimelineGap): Step {
  const lengthMs = Date.parse(before) - Date.parse(after);
  return {
    id,
    atMs: Date.parse(after),
    tone: 'warn',
    sign: '!',
    title: 'Gap in the event channel',
    text: `for ${duration(lengthMs)} (${cause}): what happened meanwhile is not known`,
  };
}
