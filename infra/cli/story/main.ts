import { setTimeout as wait } from 'node:timers/promises';
import { misused, readArguments } from '../../local/start/commandLine';
import { createTerminal, endWithReader } from '../../local/start/print/terminal';
import { findRelay } from '../findRelay';
import { openBacklogs, type ReadBacklogs } from './openBacklogs';
import { parseTime } from './parseTime';
import { printStoryLine } from './printStory';
import { createRelayReader, type Call, type RelayReader, type Search } from './relayReader';
import type { StoryLine, StoryTerminal } from './storyLine';
import { printCall, printCauses, printHeader } from './printCall';
import { isOver, toStory } from './toStory';

const HELP = `Shows what became of a call: when it rang, how long it took to each subscriber, who commanded what, how it ended;
and where there is no such call, what can be the cause.

  npm run story -- ID                 the call with that invitation id
  npm run story -- --from ALICE       the newest call from somebody: a part of their name, address or number
  npm run story                       the newest call

  --account URI        calls at this account only
  --since TIME         calls from this time on: 90m, 2h, 3d (before now), 08:30, or 2026-11-30T08:30; default 24h
  --until TIME         and before this one; default now
  --subscription NAME  look at this subscription of the topic too, what waits there and what is dead; may be given twice
  --follow             go on until the call is over and every subscriber has it; waits for one that is to come
  --help               this text

The relay is that of RELAY_URL with the key RELAY_FUNCTION_KEY and, where it asks for a token, RELAY_TOKEN, in the environment
or local.settings.json; else that of the local stack. The bus is looked at where ServiceBusConnection or
ServiceBusConnection__fullyQualifiedNamespace is given there, and in the local stack.
Ends with code 0, 1 when there is no such call or the relay does not answer, 2 when it was called wrongly.`;

const FOLLOW_MS = 1_000;
const DAY_MS = 86_400_000;
/** A call that is followed may have begun to ring before it was asked for. */
const RINGING_MS = 60_000;
const MOST_COLUMNS = 100;
const FEWEST_COLUMNS = 60;
/** Of the same caller, those that are named beneath the newest. */
const MOST_CALLS = 6;

/** What is asked of this command. */
interface Request {
  readonly id: string | undefined;
  readonly search: Search;
  readonly relay: RelayReader;
  readonly backlogs: ReadBacklogs | undefined;
  readonly terminal: StoryTerminal;
}

async function main(): Promise<number> {
  endWithReader(process.stdout);
  const { values, positionals } = readArguments(HELP, {
    from: { type: 'string' },
    account: { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    subscription: { type: 'string', multiple: true, default: [] },
    follow: { type: 'boolean', default: false },
  });
  const [id, ...rest] = positionals;
  if (rest.length > 0) misused('It shows one call: with one id, or with --from.');
  if (id !== undefined && values.from !== undefined) misused('Give an id, or --from, not both.');
  const { follow: isFollowing, account } = values;
  const nowMs = Date.now();
  const folder = process.cwd();
  const request: Request = {
    id,
    search: {
      caller: values.from,
      account: account === undefined || /^sip:/i.test(account) ? account : `sip:${account}`,
      since:
        toTime('since', values.since, nowMs) ?? new Date(nowMs - (isFollowing ? RINGING_MS : DAY_MS)).toISOString(),
      until: toTime('until', values.until, nowMs),
    },
    relay: createRelayReader(await findRelay(folder, process.env)),
    backlogs: await openBacklogs(folder, process.env, values.subscription),
    terminal: {
      ...createTerminal(process.stdout, process.env),
      width: widthOf(process.stdout),
    },
  };
  return isFollowing ? follow(request) : showCall(request);
}

async function showCall(request: Request): Promise<number> {
  const { search, relay, backlogs = () => Promise.resolve([]), terminal, id } = request;
  const [call, ...others] = await findCalls(request, MOST_CALLS);
  if (call !== undefined) await printCall(call, { relay, backlogs, terminal });
  const ports = { relay, backlogs, nowMs: Date.now() };
  if (id === undefined || call === undefined)
    await printCauses(search, { call, others, isById: id !== undefined }, ports, terminal);
  return call === undefined ? 1 : 0;
}

async function follow(request: Request): Promise<number> {
  const { relay, terminal } = request;
  const shown = new Set<string>();
  let isWaiting = false;
  let call: Call | undefined;
  for (;;) {
    const found = await findCalls(call === undefined ? request : { ...request, id: call.invitationId }, 1);
    if (found[0] === undefined) {
      if (!isWaiting) terminal.line(terminal.dim('No such call yet. Waiting for one; Ctrl-C ends.'));
      isWaiting = true;
    } else {
      if (call === undefined) printHeader(found[0], terminal);
      call = found[0];
      const timeline = await relay.timeline(call.invitationId);
      for (const line of toStory(call, timeline)) printOnce(line, shown, terminal);
      if (isOver(timeline)) return 0;
    }
    await wait(FOLLOW_MS);
  }
}

/** What has no result yet is printed when it has one. */
function printOnce(line: StoryLine, shown: Set<string>, terminal: StoryTerminal): void {
  const key = `${String(line.atMs)} ${line.text}`;
  if (line.label === 'pending' || shown.has(key)) return;
  shown.add(key);
  printStoryLine(terminal, line);
}

async function findCalls({ id, search, relay }: Request, most: number): Promise<readonly Call[]> {
  if (id === undefined) return relay.calls(search, most);
  const call = await relay.call(id);
  return call === undefined ? [] : [call];
}

function toTime(name: string, text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const atMs = parseTime(text, nowMs);
  return atMs === undefined
    ? misused(`--${name} must be 90m, 2h or 3d (before now), 08:30, or a date like 2026-11-30T08:30.`)
    : new Date(atMs).toISOString();
}

/** A pipe has none, and some terminals say 0. */
function widthOf({ columns = 0 }: { readonly columns?: number }): number {
  return Math.min(Math.max(columns === 0 ? MOST_COLUMNS : columns, FEWEST_COLUMNS), MOST_COLUMNS);
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
