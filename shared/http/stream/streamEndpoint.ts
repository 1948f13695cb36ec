import type { HttpResponseInit } from '@azure/functions';
import type { Clock } from '../../clock';
import { VERSION } from '../../version';
import type { Endpoint, EndpointPorts } from '../endpoint';
import type { FeedAnswer, LiveFeed } from './liveFeed';
import { formatPosition, parsePosition } from './position';
import { toStreamEvent } from './toStreamEvent';

export interface StreamEndpointPorts extends EndpointPorts {
  readonly liveFeed: LiveFeed;
  readonly clock: Clock;
}

/** A page waits for so long before it asks again while storage is not to be read. */
const RETRY_MS = 5_000;

/**
 * `GET /stream`: server-sent events (HTML standard, section 9.2) in finite responses. Ends at once when there is something newer
 * than `Last-Event-ID`, else after at most 20 s; then the page asks again. What the caller's roles do not cover is left out.
 * An outage of storage is an event of the stream and no error.
 */
export const streamEndpoint: Endpoint<StreamEndpointPorts> = async (request, { liveFeed, clock }, { roles }) => {
  const given = request.headers.get('last-event-id') ?? undefined;
  const position = parsePosition(given);
  const answer = await liveFeed.next(position, (entry) => {
    const event = toStreamEvent(entry);
    return event !== undefined && roles.includes(event.role);
  });
  const isReset = answer.isReset || (given !== undefined && position === undefined);
  return toStreamResponse({ ...answer, isReset }, clock.now());
};

function toStreamResponse(
  { from, entries, isContinued, isReset, staleSinceMs }: FeedAnswer,
  nowMs: number,
): HttpResponseInit {
  const hello = { now: new Date(nowMs).toISOString(), version: VERSION, continued: isContinued };
  const parts = [
    toText({ id: formatPosition(from), event: 'hello', data: JSON.stringify(hello) }),
    ...(isReset ? [toText({ event: 'reset', data: '{}' })] : []),
    ...entries.flatMap(({ position, entry }) => {
      const event = toStreamEvent(entry);
      return event === undefined ? [] : [toText({ id: formatPosition(position), event: event.name, data: event.data })];
    }),
    ...(staleSinceMs === undefined
      ? []
      : [
          toText({
            event: 'stale',
            data: JSON.stringify({ since: new Date(staleSinceMs).toISOString() }),
            retry: RETRY_MS,
          }),
        ]),
  ];
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    body: parts.join(''),
  };
}

/** JSON has no line breaks of its own. */
function toText(fields: Readonly<Record<string, string | number>>): string {
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${String(value)}\n`)
    .join('')}\n`;
}
