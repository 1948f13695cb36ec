import { ApiError } from '../../../shared/console/api/createApi';
import { askStream, type Connection } from '../../../shared/console/feed/askStream';

type Reply = string | Error;

/** Asks until the replies are used up; what was asked, shown and waited for. */
async function run(replies: readonly Reply[], lastEventId?: string) {
  const asked: (string | undefined)[] = [];
  const connections: Connection[] = [];
  const pauses: number[] = [];
  const names: string[] = [];
  const ended = new AbortController();
  let nowMs = 0;
  await askStream(
    lastEventId,
    {
      request: (id) => {
        asked.push(id);
        nowMs += 100;
        const reply = replies[asked.length - 1];
        if (asked.length >= replies.length) ended.abort();
        return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(new Response(reply ?? ''));
      },
      onEvents: (events) => names.push(...events.map(({ name }) => name)),
      onConnection: (connection) => connections.push(connection),
      now: () => nowMs,
      wait: (ms) => {
        pauses.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
    },
    ended.signal,
  );
  return { asked, connections, pauses, names };
}

const hello = (id: string): string => `event: hello\nid: ${id}\ndata: {}\n\n`;
const ring = 'event: call\ndata: {}\n\n';

describe('askStream', () => {
  it('asks at once for what is newer than the last id that it saw', async () => {
    const { asked, pauses, names } = await run([hello('p.1.1') + ring, hello('p.2.1') + ring, '']);
    expect([asked, pauses, names]).toEqual([[undefined, 'p.1.1', 'p.2.1'], [], ['hello', 'call', 'hello', 'call']]);
  });

  it('goes on after the id that another tab saw', async () => {
    expect((await run(['', ''], 'p.7.1')).asked).toEqual(['p.7.1', 'p.7.1']);
  });

  it('pauses between answers that come at once and hold nothing', async () => {
    expect((await run([hello('p.1.1'), hello('p.1.1'), ''])).pauses).toEqual([1000, 1000]);
  });

  it('says since when it is not live, pauses longer from failure to failure, and is live again', async () => {
    const { connections, pauses } = await run([
      new ApiError(0, '', {}, undefined),
      new ApiError(502, '', {}, undefined),
      new ApiError(429, 'tooManyRequests', {}, 7000),
      hello('p.1.1') + ring,
      '',
    ]);
    expect(pauses).toEqual([1000, 2000, 7000]);
    expect(connections).toEqual([
      { state: 'notLive', sinceMs: 100, retryAtMs: 1100 },
      { state: 'notLive', sinceMs: 100, retryAtMs: 3200 },
      { state: 'notLive', sinceMs: 100, retryAtMs: 10_300 },
      { state: 'live' },
    ]);
  });

  it('is not live while the relay cannot read either, and waits as long as that says', async () => {
    const stale = `retry: 5000\n${hello('p.1.1')}event: stale\ndata: {"since":"x"}\n\n`;
    const { connections, pauses } = await run([stale, stale, '']);
    expect(pauses).toEqual([5000, 5000]);
    expect(connections.map(({ state }) => state)).toEqual(['notLive', 'notLive']);
  });

  it('ends when somebody has to sign in', async () => {
    const { asked, connections } = await run([new ApiError(401, '', {}, undefined), '', '']);
    expect([asked.length, connections]).toEqual([1, []]);
  });
});
