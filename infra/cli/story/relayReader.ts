import { z } from 'zod';
import { accountPageSchema, accountSchema, gapPageSchema } from '../../../shared/http/accounts/accountAnswers';
import { healthSchema, invitationPageSchema, invitationViewSchema } from '../../../shared/http/documents/answers';
import { subscriptionListSchema } from '../../../shared/http/documents/subscriptionAnswers';
import { timelineSchema } from '../../../shared/http/documents/timelineAnswers';
import type { RelayAddress } from '../findRelay';
import { requestRelay, toJson } from '../requestRelay';

export type Call = z.infer<typeof invitationViewSchema>;
export type Timeline = z.infer<typeof timelineSchema>;
export type Account = z.infer<typeof accountSchema>;
export type Gap = z.infer<typeof gapPageSchema>['gaps'][number];
export type Health = z.infer<typeof healthSchema>;

/** Which calls are looked for. */
export interface Search {
  readonly caller?: string | undefined;
  readonly account?: string | undefined;
  readonly since: string;
  readonly until?: string | undefined;
}

/** What the relay tells of calls and of itself. Errors of all methods: an Error with the relay's own sentence. */
export interface RelayReader {
  /** The newest calls of that kind, up to `most`; reads at most 30,000 rows. */
  calls(search: Search, most: number): Promise<readonly Call[]>;
  /** Undefined where the relay does not know that id. */
  call(id: string): Promise<Call | undefined>;
  /** All pages as one. */
  timeline(id: string): Promise<Timeline>;
  health(): Promise<Health>;
  account(sipUri: string): Promise<Account>;
  /** The first hundred at most. */
  accounts(): Promise<readonly Account[]>;
  gaps(sipUri: string, search: Search): Promise<readonly Gap[]>;
  subscriptions(): Promise<z.infer<typeof subscriptionListSchema>['subscriptions']>;
}

const TIMEOUT_MS = 30_000;
const MOST_PAGES = 30;
const problemSchema = z.object({ detail: z.string() });
const invitationSchema = invitationViewSchema.loose();

/** @param address of the function app. */
export function createRelayReader(address: RelayAddress): RelayReader {
  const ask = async (path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<Answer> => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return requestRelay(address, `${path}?${new URLSearchParams(given).toString()}`, { timeoutMs: TIMEOUT_MS });
  };
  const read = async <Schema extends z.ZodType>(
    schema: Schema,
    ...request: Parameters<typeof ask>
  ): Promise<z.output<Schema>> => parse(await ask(...request), schema);
  const at = (sipUri: string): string => `/accounts/${encodeURIComponent(sipUri)}`;
  return {
    async calls({ caller, account, since, until }, most) {
      const found: Call[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = { caller, account, since, until, cursor, limit: String(most - found.length) };
        const answer = await read(invitationPageSchema, '/invitations', query);
        found.push(...answer.invitations);
        cursor = answer.cursor;
        if (cursor === undefined || found.length >= most) break;
      }
      return found;
    },
    async call(id) {
      const answer = await ask(`/invitations/${encodeURIComponent(id)}`);
      return answer.status === 404 ? undefined : parse(answer, invitationSchema);
    },
    async timeline(id) {
      const path = `/invitations/${encodeURIComponent(id)}/timeline`;
      const pages: Timeline[] = [];
      do {
        const cursor = pages.at(-1)?.cursor;
        pages.push(await read(timelineSchema, path, { cursor }));
      } while (pages.at(-1)?.cursor !== undefined && pages.length < MOST_PAGES);
      return pages.reduce(joinPages);
    },
    async health() {
      const answer = await ask('/health');
      // A relay that fails says so with 503, in the same form.
      return parse(answer.status === 503 ? { ...answer, status: 200 } : answer, healthSchema);
    },
    account: (sipUri) => read(accountSchema, at(sipUri)),
    accounts: async () => (await read(accountPageSchema, '/accounts', { limit: '100' })).accounts,
    gaps: async (sipUri, { since, until }) =>
      (await read(gapPageSchema, `${at(sipUri)}/gaps`, { since, until, limit: '100' })).gaps,
    subscriptions: async () => (await read(subscriptionListSchema, '/webhook-subscriptions')).subscriptions,
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function parse<Schema extends z.ZodType>({ status, text }: Answer, schema: Schema): z.output<Schema> {
  const data = toJson(text);
  if (status >= 300)
    throw new Error(problemSchema.safeParse(data).data?.detail ?? `The relay answered ${status}${hintFor(status)}.`);
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new Error('The relay answered what this version of the tool does not understand.');
  return parsed.data;
}

function hintFor(status: number): string {
  return status === 401 ? ': the key is not one of the app' : '';
}

function joinPages(before: Timeline, page: Timeline): Timeline {
  const known = new Map(before.events.map((event) => [event.id, event]));
  for (const event of page.events) {
    const earlier = known.get(event.id);
    known.set(event.id, earlier === undefined ? event : { ...earlier, subscribers: joinSubscribers(earlier, event) });
  }
  return {
    ...before,
    events: [...known.values()],
    commands: [...before.commands, ...page.commands],
    gaps: before.gaps.length > 0 ? before.gaps : page.gaps,
  };
}

type TimelineEvent = Timeline['events'][number];

/** A later page has only later attempts of an event that stands on an earlier one. */
function joinSubscribers(earlier: TimelineEvent, later: TimelineEvent): TimelineEvent['subscribers'] {
  const known = new Map(earlier.subscribers.map((one) => [one.subscriptionId, one]));
  for (const one of later.subscribers) {
    const before = known.get(one.subscriptionId);
    known.set(one.subscriptionId, { ...before, ...one, attempts: [...(before?.attempts ?? []), ...one.attempts] });
  }
  return [...known.values()];
}
