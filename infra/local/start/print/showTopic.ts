import { describeEvent, describeRing, otherParty } from './describeEvent';
import type { EmissionTimes } from './emissionTimes';
import { printLine } from './printLine';
import type { SeenEvent } from './seenEvent';
import type { Terminal } from './terminal';
import { watchTopic } from './watchTopic';

export interface TopicViewOptions {
  readonly terminal: Terminal;
  readonly serviceBusConnection: string;
  /** Where a simulator can be asked; without it the event's own `time`, that of its receipt, stands in. */
  readonly emissionTimes: EmissionTimes | undefined;
}

export interface TopicView {
  /** Id of the call that began to ring last and rings still; undefined where none does. */
  newestRinging(): string | undefined;
  close(): Promise<void>;
}

/** A command may come minutes after the events of its call. */
const CALLS_REMEMBERED = 1000;

/** Prints a line for every event on the topic, in the order in which they came, and for every ring before its first. */
export function showTopic({ terminal, serviceBusConnection, emissionTimes }: TopicViewOptions): TopicView {
  const parties = new Map<string, string>();
  const ringing = new Set<string>();
  let printed = Promise.resolve();
  let lastProblem = '';
  const remember = (event: SeenEvent): void => {
    const { invitationId, event: what } = event.data;
    if (invitationId === undefined || what === undefined) return;
    parties.set(invitationId, otherParty(event));
    if (parties.size > CALLS_REMEMBERED) parties.delete([...parties.keys()][0] ?? '');
    if (what === 'started') ringing.add(invitationId);
    if (what === 'completed') ringing.delete(invitationId);
  };
  const show = async (event: SeenEvent, receivedAtMs: number): Promise<void> => {
    const emittedAtMs =
      (await emissionTimes?.of(event)) ?? (event.time === undefined ? undefined : Date.parse(event.time));
    if (event.data.event === 'started') printLine(terminal, describeRing(event, emittedAtMs ?? receivedAtMs));
    printLine(
      terminal,
      describeEvent(event, { receivedAtMs, emittedAtMs }, (id) => parties.get(id)),
    );
  };
  const watch = watchTopic(serviceBusConnection, {
    onEvent: (event, receivedAtMs) => {
      remember(event);
      // One after another: looking up a moment takes its time, and must not change the order.
      printed = printed.then(() => show(event, receivedAtMs));
    },
    onProblem: (text) => {
      if (text !== lastProblem) printLine(terminal, { atMs: Date.now(), label: 'problem', text });
      lastProblem = text;
    },
  });
  return { newestRinging: () => [...ringing].at(-1), close: () => watch.close() };
}
