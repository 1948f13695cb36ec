import fc from 'fast-check';
import { answerSdp } from '../support/commandTable';
import { documentedAnswers, type AnswerCheck } from '../support/documentedAnswers';
import { startTestRelay, type TestRelay } from '../support/relay';

let relay: TestRelay;
let check: AnswerCheck;
let ringing: string;
beforeAll(async () => {
  [relay, check] = await Promise.all([startTestRelay(), documentedAnswers()]);
  relay.ucwa.ring({ subject: 'fuzzed' });
  ringing = (await relay.topic.invitationEvent({ event: 'started', subject: 'fuzzed' })).subject;
});
afterAll(() => relay.close());

/** Sometimes what is right, sometimes what looks like it, sometimes anything. */
const like = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });

const body = fc.oneof(
  fc.record(
    {
      with: like(fc.constantFrom('answer', 'phoneAudio', 'fax')),
      sdp: like(fc.constantFrom(answerSdp, 'v=0', '')),
      reason: like(fc.constantFrom('Global', 'Local', 'Lunch')),
      sessionContext: like(text),
      processedOfferId: like(text),
      provisional: like(fc.boolean()),
      other: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);

/** Not an empty segment: that would be another route. */
const id = fc.oneof(
  { weight: 3, arbitrary: fc.boolean().map(() => ringing) },
  { weight: 1, arbitrary: fc.nat({ max: 60 }).map((at) => `${ringing.slice(0, at)}x${ringing.slice(at + 1)}`) },
  { weight: 1, arbitrary: text.filter((segment) => segment.trim() !== '' && !/^\.{1,2}$/.test(segment)) },
);

const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-01-15T12:00:00+02:00', '2026-01-15', 'now'),
);
const page = { since: time, until: time, limit: fc.oneof(fc.integer(), fc.nat({ max: 100 }), text), cursor: text };

const request = fc.oneof(
  fc.record({
    method: fc.constant('POST'),
    url: fc
      .tuple(id, fc.constantFrom('accept', 'decline', 'cancel'))
      .map(([one, command]) => `/invitations/${encodeURIComponent(one)}/${command}`),
    data: fc.oneof(
      body.map((value) => JSON.stringify(value)),
      text,
    ),
    headers: fc.record(
      {
        'idempotency-key': fc.constantFrom('"k1"', 'k2', '"', ''),
        prefer: fc.constantFrom('wait=0', 'wait=x', 'respond-async', ''),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    method: fc.constant('GET'),
    url: fc.oneof(
      id.map((one) => `/invitations/${encodeURIComponent(one)}`),
      id.map((one) => `/invitations/${encodeURIComponent(one)}/offer`),
      fc
        .record(
          {
            account: text,
            caller: text,
            state: fc.constantFrom('active', 'ended', 'over'),
            outcome: fc.constantFrom('missed', 'Missed', ''),
            ...page,
          },
          { requiredKeys: [] },
        )
        .map((query) => `/invitations?${toQuery(query)}`),
      fc.record({ caller: text, ...page }, { requiredKeys: [] }).map((query) => `/commands?${toQuery(query)}`),
    ),
  }),
);

function toQuery(parameters: object): string {
  const texts = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(texts).toString();
}

describe('requests of any shape', () => {
  it('are answered as documented: no 500, and every error a problem document', async () => {
    const http = relay.http();
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(request, async (one) => {
        const answer = await http.request({
          ...one,
          ...('headers' in one ? { headers: { 'content-type': 'application/json', ...one.headers } } : {}),
        });
        seen.add(answer.status);
        expect(answer.status).toBeLessThan(500);
        if (answer.status >= 400) expect(answer.headers['content-type']).toBe('application/problem+json');
        expect(check(answer)).toEqual([]);
      }),
      { numRuns: 400 },
    );
    // The shapes were not all refused at the door. (What else is seen depends on how soon the call is answered, and
    // on how fast this machine is.)
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 404]));
  });
});
