import { timeOfDay } from '../../local/start/print/terminal';
import type { Backlog, Peeked } from './busBacklog';
import type { Account, Gap, Health, RelayReader, Search } from './relayReader';
import type { StoryLine } from './storyLine';

/** What can keep a call from being seen, and what could not be read. */
export interface Causes {
  readonly lines: readonly StoryLine[];
  /** What the relay does not let this key read, or does not answer: the causes are not complete. */
  readonly unread: readonly StoryLine[];
}

export interface CausePorts {
  readonly relay: RelayReader;
  /** Of the topic's subscriptions that are to be looked at; rejects with the bus's own error. */
  readonly backlogs: () => Promise<readonly Backlog[]>;
  readonly nowMs: number;
}

/** Gaps are read of so many accounts. */
const MOST_ACCOUNTS = 20;
/** A consumer that runs takes a message within this time. */
const UNREAD_AFTER_MS = 60_000;

/** Reads accounts, gaps, webhooks and the bus, all at once. Never rejects. */
export async function findCauses(search: Search, { relay, backlogs, nowMs }: CausePorts): Promise<Causes> {
  const unread: StoryLine[] = [];
  const orUnread = async (what: string, read: () => Promise<readonly StoryLine[]>): Promise<readonly StoryLine[]> => {
    try {
      return await read();
    } catch (error) {
      unread.push({ label: what, text: `could not be read: ${sentence(error)}`, tone: 'accent' });
      return [];
    }
  };
  const accounts = readAccounts(search, relay);
  accounts.catch(() => undefined);
  const lines = await Promise.all([
    orUnread('accounts', async () => (await accounts).flatMap(accountLine)),
    orUnread('gaps', async () => readGaps(await accounts, search, relay)),
    orUnread('health', async () => healthLines(await relay.health())),
    orUnread('webhooks', async () => (await relay.subscriptions()).flatMap(pausedLine)),
    orUnread('bus', async () => {
      const [found, known] = await Promise.all([backlogs(), accounts.catch(() => [])]);
      const isStuck = known.some(({ state }) => state === 'notPublishing');
      return found.flatMap((backlog) => backlogLines(backlog, isStuck, nowMs));
    }),
  ]);
  return { lines: lines.flat(), unread };
}

async function readAccounts({ account }: Search, relay: RelayReader): Promise<readonly Account[]> {
  return account === undefined ? relay.accounts() : [await relay.account(account)];
}

function accountLine({ sipUri, state, lastError, whatToDo, disconnectedSince, status }: Account): StoryLine[] {
  if (state === 'disabled')
    return [{ label: 'account', text: `${sipUri} is disabled: nobody listens for its calls.`, tone: 'accent' }];
  if (status === 'pass') return [];
  return [
    {
      atMs: toMs(disconnectedSince),
      label: 'account',
      text: [`${sipUri} is ${state}.`, lastError, whatToDo].filter((text) => text !== undefined).join(' '),
      tone: 'bad',
    },
  ];
}

async function readGaps(accounts: readonly Account[], search: Search, relay: RelayReader): Promise<StoryLine[]> {
  const looked = accounts.slice(0, MOST_ACCOUNTS);
  const found = await Promise.all(
    looked.map(async ({ sipUri }) => (await relay.gaps(sipUri, search)).map((gap) => gapLine(sipUri, gap))),
  );
  const left = accounts.length - looked.length;
  return [
    ...found.flat(),
    ...(left === 0
      ? []
      : [
          {
            label: 'gaps',
            text: `of ${MOST_ACCOUNTS} accounts only; name the one that was called: --account sip:…`,
            tone: 'accent',
          } as const,
        ]),
  ];
}

function gapLine(sipUri: string, { cause, after, before }: Gap): StoryLine {
  const afterMs = Date.parse(after);
  return {
    atMs: afterMs,
    label: 'gap',
    text:
      `of ${sipUri} until ${timeOfDay(Date.parse(before))} (${causes[cause]}): a call that rang and ended in that time was ` +
      'not seen.',
    tone: 'bad',
  };
}

const causes: Readonly<Record<Gap['cause'], string>> = {
  resume: 'the pool had dropped events',
  applicationLost: 'the pool had dropped the application',
  outage: 'the account was not polled',
  channelGone: 'the pool had closed the event channel',
};

/** Accounts are left out: they are read by themselves. */
function healthLines({ checks }: Health): StoryLine[] {
  return Object.entries(checks)
    .filter(([name]) => !name.startsWith('account:'))
    .flatMap(([name, found]) =>
      found
        .filter(({ status }) => status !== 'pass')
        .map(({ status, output, description }): StoryLine => {
          const [label = name, id] = name.split(/:(.*)/);
          const who = typeof description === 'string' ? description : id;
          return {
            label: label === 'serviceBus' ? 'bus' : label,
            text: [who === undefined ? '' : `${who}:`, typeof output === 'string' ? output : status].join(' ').trim(),
            tone: status === 'fail' ? 'bad' : 'accent',
          };
        }),
    );
}

type Subscription = Awaited<ReturnType<RelayReader['subscriptions']>>[number];

function pausedLine({ id, description = id, state, stateSince }: Subscription): StoryLine[] {
  return state === 'paused'
    ? [
        {
          atMs: toMs(stateSince),
          label: 'webhook',
          text: `${description} is paused: it is sent nothing.`,
          tone: 'accent',
        },
      ]
    : [];
}

/** @param isStuck whether an account cannot publish: a topic is full for all while one of its subscriptions is not read. */
function backlogLines({ subscription, waiting, dead }: Backlog, isStuck: boolean, nowMs: number): StoryLine[] {
  const oldest = waiting.messages[0]?.enqueuedAtMs ?? nowMs;
  const reasons = [...new Set(dead.messages.flatMap(({ reason }) => reason ?? []))].join(', ');
  return [
    ...(waiting.messages.length === 0 || (nowMs - oldest < UNREAD_AFTER_MS && !isStuck)
      ? []
      : [
          {
            atMs: oldest,
            label: 'bus',
            text:
              `Subscription ${subscription} holds ${count(waiting)} that its consumer has not taken, the oldest since then.` +
              (isStuck
                ? ' A topic that is full takes no more until they are taken, or the subscription is removed.'
                : ''),
            tone: isStuck ? 'bad' : 'accent',
          } as const,
        ]),
    ...(dead.messages.length === 0
      ? []
      : [
          {
            atMs: dead.messages.at(-1)?.enqueuedAtMs,
            label: 'bus',
            text:
              `Subscription ${subscription} has ${count(dead)} among its dead letters${reasons === '' ? '' : `: ${reasons}`}. ` +
              'node dist/infra/cli/dead-letters/main.js lists them.',
            tone: 'accent',
          } as const,
        ]),
  ];
}

/** How many messages, at least. */
function count({ messages, isMore }: Peeked): string {
  const many = messages.length === 1 ? '1 message' : `${messages.length} messages`;
  return isMore ? `${many} or more` : many;
}

function toMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
