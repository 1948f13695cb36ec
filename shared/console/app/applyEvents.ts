import type { Account, CallItem } from '../api/answers';
import { mergeCalls } from '../calls/mergeCalls';
import { whoText } from '../calls/whoText';
import type { StreamEvent } from '../feed/parseEvents';
import type { ConsoleState, Settled } from './state';

/** What an answer of the stream means for the views. */
export interface Applied {
  readonly change: Partial<ConsoleState>;
  /** The server's time, in milliseconds since the epoch, where it named it. */
  readonly serverNowMs?: number;
  /** What has to be read again. */
  readonly reload?: 'everything' | 'subscriptions';
}

type Data = Readonly<Record<string, unknown>>;

/** The state after the events of an answer; kinds and fields that are not known are ignored. Pure. */
export function applyEvents(state: ConsoleState, events: readonly StreamEvent[]): Applied {
  const parsed = events.flatMap(({ name, data }) => {
    const value = parseData(data);
    return value === undefined ? [] : [{ name, data: value }];
  });
  const of = (name: string): readonly Data[] => parsed.filter((event) => event.name === name).map(({ data }) => data);
  const items = of('call').flatMap(toCallItem);
  const hello = of('hello').at(-1);
  const now = hello === undefined ? NaN : Date.parse(text(hello['now']));
  const changed = parsed.findLast(({ name }) => name !== 'hello' && name !== 'stale');
  const settled = settledAfter(state.settled, of('command'));
  const accounts = accountsAfter(state.accounts, of('account'));
  return {
    change: {
      ...(items.length > 0 && { calls: mergeCalls(state.calls, items) }),
      ...(settled !== state.settled && { settled }),
      ...(accounts !== state.accounts && { accounts }),
      ...(changed !== undefined && { changed: { what: idOf(changed.data), count: state.changed.count + 1 } }),
    },
    ...(Number.isNaN(now) ? {} : { serverNowMs: now }),
    ...(of('reset').length > 0 || hello?.['continued'] === false
      ? { reload: 'everything' }
      : of('subscription').length > 0 && { reload: 'subscriptions' }),
  };
}

/** Without what is the event's own. Nothing for events of the call that the invitation led to. */
function toCallItem({ id: _id, type, time, ...item }: Data): readonly CallItem[] {
  if (typeof item['invitation'] !== 'object' || typeof item['invitationId'] !== 'string') return [];
  const isStart = text(type).endsWith('.started') && item['startedAt'] === undefined;
  return [{ ...(item as unknown as CallItem), ...(isStart && { startedAt: text(time) }) }];
}

function settledAfter(known: ConsoleState['settled'], commands: readonly Data[]): ConsoleState['settled'] {
  const settled = new Map(known);
  for (const { invitationId, settlement, time } of commands) {
    const { command, caller, result, replayed } = record(settlement);
    if (result !== 'sent' || replayed === true || (command !== 'accept' && command !== 'decline')) continue;
    // What this page sent itself is known better already.
    if (!settled.has(text(invitationId)))
      settled.set(text(invitationId), { command, who: whoText(text(caller)), at: text(time) } satisfies Settled);
  }
  return settled.size === known.size ? known : settled;
}

/** Only changes come: an account that is not listed yet is read with the next list. */
function accountsAfter(known: ConsoleState['accounts'], changes: readonly Data[]): ConsoleState['accounts'] {
  if (known === undefined || changes.length === 0) return known;
  return known.map((account) => {
    const change = changes.findLast((one) => one['account'] === account.sipUri);
    return change === undefined ? account : { ...account, ...toAccountChange(change) };
  });
}

function toAccountChange({ state, time, lastError, nextTryAt }: Data): Partial<Account> {
  const connected = state === 'connected';
  return {
    state: text(state),
    status: connected ? 'pass' : 'warn',
    ...(connected ? { connectedSince: text(time) } : { disconnectedSince: text(time) }),
    ...(typeof lastError === 'string' && { lastError }),
    ...(typeof nextTryAt === 'string' && { nextTry: nextTryAt }),
  };
}

function idOf(data: Data): string {
  return text(data['invitationId'] ?? data['subscriptionId'] ?? data['account']);
}

function parseData(data: string): Data | undefined {
  try {
    return record(JSON.parse(data));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Data {
  return typeof value === 'object' && value !== null ? (value as Data) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
