import { describeEvent, describeRing } from './describeEvent';
import type { EmissionTimes } from './emissionTimes';
import { printLine } from './printLine';
import type { SeenEvent } from './seenEvent';
import type { Terminal } from './terminal';
import { watchTopic } from './watchTopic';

export interface TopicView {
  readonly terminal: Terminal;
  readonly serviceBusConnection: string;
  /** Where a simulator can be asked; without it the event's own `time`, that of its receipt, stands in. */
  readonly emissionTimes: EmissionTimes | undefined;
}

/** Prints a line for every event on the topic, in the order in which they came, and for every ring before its first. */
export function showTopic({ terminal, serviceBusConnection, emissionTimes }: TopicView): { close(): Promise<void> } {
  let printed = Promise.resolve();
  let lastProblem = '';
  const show = async (event: SeenEvent, receivedAtMs: number): Promise<void> => {
    const emittedAtMs =
      (await emissionTimes?.of(event)) ?? (event.time === undefined ? undefined : Date.parse(event.time));
    if (event.data.event === 'started') printLine(terminal, describeRing(event, emittedAtMs ?? receivedAtMs));
    printLine(terminal, describeEvent(event, { receivedAtMs, emittedAtMs }));
  };
  return watchTopic(serviceBusConnection, {
    onEvent: (event, receivedAtMs) => {
      // One after another: looking up a moment takes its time, and must not change the order.
      printed = printed.then(() => show(event, receivedAtMs));
    },
    onProblem: (text) => {
      if (text !== lastProblem) printLine(terminal, { atMs: Date.now(), label: 'problem', text });
      lastProblem = text;
    },
  });
}
