import { OWN_SUBSCRIPTION } from '../../../shared/messaging/busEntities';
import { timeOfDay } from '../../local/start/print/terminal';
import type { Backlog, PeekedMessage } from './busBacklog';
import { findCauses, type CausePorts } from './findCauses';
import type { ReadBacklogs } from './openBacklogs';
import { printParagraph, printStoryLine } from './printStory';
import type { Call, RelayReader, Search } from './relayReader';
import type { StoryLine, StoryTerminal } from './storyLine';
import { describeCall, outcomeOfCall, toStory } from './toStory';

export interface PrintPorts {
  readonly relay: RelayReader;
  readonly backlogs: ReadBacklogs;
  readonly terminal: StoryTerminal;
}

/** Prints a call: whom it is from, what happened to it, and what of it waits on the bus. */
export async function printCall(call: Call, { relay, backlogs, terminal }: PrintPorts): Promise<void> {
  const [timeline, onBus] = await Promise.all([
    relay.timeline(call.invitationId),
    backlogs().catch((error: unknown): readonly Backlog[] | string => sentence(error)),
  ]);
  printHeader(call, terminal);
  for (const line of toStory(call, timeline)) printStoryLine(terminal, line);
  const lines = typeof onBus === 'string' ? [busUnread(onBus)] : onBus.flatMap((one) => onBusLines(one, call));
  for (const line of lines) printStoryLine(terminal, line);
}

/** Prints whom the call is from, how it stands, and its id. */
export function printHeader(call: Call, terminal: StoryTerminal): void {
  const { word, tone } = outcomeOfCall(call);
  printParagraph(terminal, terminal.bold(describeCall(call)));
  terminal.line(`${terminal[tone](word)}  ${dayAndTime(call.startedAt)}`);
  // Not wrapped, so that it can be copied.
  terminal.line(terminal.dim(call.invitationId));
}

/** What was found for a search. */
export interface Found {
  readonly call: Call | undefined;
  readonly others: readonly Call[];
  /** Whether an id was asked for. */
  readonly isById: boolean;
}

/** Prints what else there is of the caller, and what can keep a call from being seen. */
export async function printCauses(
  search: Search,
  found: Found,
  ports: CausePorts,
  terminal: StoryTerminal,
): Promise<void> {
  const { call, others, isById } = found;
  const since = dayAndTime(search.since);
  if (others.length > 0) {
    terminal.line();
    terminal.line(`Before it, since ${since}:`);
    for (const other of others) {
      terminal.line(`${dayAndTime(other.startedAt)}  ${outcomeOfCall(other).word.padEnd(17)} ${describeCall(other)}`);
      terminal.line(terminal.dim(`  ${other.invitationId}`));
    }
  }
  const { lines, unread } = await findCauses(search, ports);
  if (call === undefined) {
    const whose = search.caller === undefined ? '' : ` from "${search.caller}"`;
    const where = search.account === undefined ? '' : ` at ${search.account}`;
    printParagraph(
      terminal,
      isById
        ? 'The relay has no call with this id: it is not one of its ids, or older than its records are kept.'
        : `The relay has no call${whose}${where} on record since ${since}.`,
    );
    await printNewest(search, ports, terminal);
  }
  const all = [...lines, ...unread];
  if (all.length === 0 && call !== undefined) return;
  terminal.line();
  terminal.line(headingOf(call, lines, unread));
  for (const line of all) printStoryLine(terminal, line);
}

function headingOf(call: Call | undefined, lines: readonly StoryLine[], unread: readonly StoryLine[]): string {
  if (lines.length > 0 || unread.length > 0)
    return call === undefined ? 'What can be the cause:' : 'A call that is not here can have been lost to:';
  return (
    'Every account is connected, its channel had no gap, no webhook fails and nothing waits on the bus: it did not ring at an ' +
    'account of this relay.'
  );
}

/** That calls are recorded at all. */
async function printNewest(search: Search, { relay }: CausePorts, terminal: StoryTerminal): Promise<void> {
  if (search.caller === undefined && search.account === undefined) return;
  const { caller: _caller, account: _account, ...time } = search;
  const [newest] = await relay.calls(time, 1);
  printParagraph(
    terminal,
    newest === undefined
      ? 'Nor any other call.'
      : `The newest call on record: ${dayAndTime(newest.startedAt)}, ${describeCall(newest)}, ${outcomeOfCall(newest).word}.`,
  );
}

/** What of the call is still in a subscription of the topic. */
function onBusLines({ subscription, waiting, dead }: Backlog, { invitationId }: Call): StoryLine[] {
  const ofCall = (messages: readonly PeekedMessage[]) =>
    messages.filter((message) => message.invitationId === invitationId);
  const [unread, lost] = [ofCall(waiting.messages), ofCall(dead.messages)];
  const reasons = [...new Set(lost.flatMap(({ reason }) => reason ?? []))].join(', ');
  const reader = subscription === OWN_SUBSCRIPTION ? 'the relay has not taken' : 'its consumer has not taken';
  return [
    ...(unread.length === 0
      ? []
      : [
          {
            atMs: unread[0]?.enqueuedAtMs,
            label: 'on the bus',
            text: `${subscription}: ${events(unread.length)} of this call that ${reader}`,
            tone: 'accent',
          } as const,
        ]),
    ...(lost.length === 0
      ? []
      : [
          {
            atMs: lost[0]?.enqueuedAtMs,
            label: 'dead-lettered',
            text: `${subscription}: ${events(lost.length)} of this call${reasons === '' ? '' : ` (${reasons})`}`,
            tone: 'bad',
          } as const,
        ]),
  ];
}

function events(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}

function busUnread(reason: string): StoryLine {
  return { label: 'bus', text: `could not be read: ${reason}`, tone: 'accent' };
}

/** `08:30:12.120`, with the date where it is not today's. */
function dayAndTime(time: string): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const isToday = new Date().toDateString() === at.toDateString();
  return `${isToday ? '' : `${day} `}${timeOfDay(at.getTime()).slice(0, 8)}`;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
