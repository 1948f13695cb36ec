import type { RecordedEvent } from '../../../shared/invitations/record/callRecords';
import type { DeliveryResult, LaterAttempt } from '../../../shared/invitations/record/deliveryResult';
import { toDeliveryId } from '../../../shared/invitations/record/eventKey';
import { timelinePartsSchema } from '../../../shared/http/documents/timelineAnswers';
import { toTimelineParts } from '../../../shared/http/timelineView';
import { sampleGapEvent } from '../../support/sampleEvents';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const iso = (laterMs: number): string => new Date(ringStartMs + laterMs).toISOString();

const subscription = (id: string, changes: object = {}) => ({
  id,
  filters: {},
  state: 'active' as const,
  createdAt: iso(-1000),
  changedAt: iso(-1000),
  ...changes,
});

const delivered: DeliveryResult = {
  subscriptionId: 'sub_a',
  outcome: 'delivered',
  attempted: true,
  status: 204,
  durationMs: 31,
  atMs: ringStartMs + 60,
};
const failed: DeliveryResult = {
  ...delivered,
  outcome: 'retrying',
  status: 503,
  reason: 'HTTP 503',
  nextAtMs: ringStartMs + 5_000,
};
const later = (changes: Partial<LaterAttempt & { eventId: string }>) => ({
  ...delivered,
  attempt: 2,
  moves: 0,
  atMs: ringStartMs + 5_000,
  eventId: 'call-1-started',
  ...changes,
});

const recorded = (changes: Partial<RecordedEvent> = {}): RecordedEvent => ({
  event: callEvent('started'),
  enqueuedAtMs: ringStartMs + 12,
  recordedAtMs: ringStartMs + 20,
  results: [],
  ...changes,
});

/** The view, held to its schema. */
const view = (page: Partial<Parameters<typeof toTimelineParts>[0]>, subscriptions = [subscription('sub_a')]) =>
  timelinePartsSchema.parse(toTimelineParts({ events: [], attempts: [], gaps: [], ...page }, subscriptions));
const subscriberOf = (page: Parameters<typeof view>[0], subscriptions?: Parameters<typeof view>[1]) =>
  view(page, subscriptions).events[0]?.subscribers[0];

describe('a timeline', () => {
  it('tells when an event was received, on the bus, recorded and delivered', () => {
    expect(view({ events: [recorded({ results: [delivered] })] }).events).toEqual([
      {
        id: 'call-1-started',
        type: 'ucwa.audioVideoInvitation.started',
        sequence: '000000000001-0001',
        state: 'connecting',
        receivedAt: iso(0),
        onBusAt: iso(12),
        recordedAt: iso(20),
        deliveredAt: iso(60),
        subscribers: [
          {
            subscriptionId: 'sub_a',
            outcome: 'delivered',
            deliveryId: toDeliveryId(callEvent('started')),
            deliveredInMs: 31,
            deliveredAt: iso(60),
            attempts: [{ attempt: 1, attempted: true, outcome: 'delivered', at: iso(60), durationMs: 31, status: 204 }],
          },
        ],
      },
    ]);
  });

  it('tells every attempt with its reason, in the order of time, and how the delivery stands', () => {
    const again = later({ atMs: ringStartMs + 9_000, attempt: 1, redeliveryId: 'r1', durationMs: 7 });
    const moved = later({ ...failed, atMs: ringStartMs + 5_000, attempted: false, moves: 1, reason: 'circuit open' });
    const subscriber = subscriberOf({ events: [recorded({ results: [failed] })], attempts: [again, moved] });
    expect(subscriber).toMatchObject({ outcome: 'delivered', deliveredInMs: 7, deliveredAt: iso(9_000) });
    expect(subscriber?.attempts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['retrying', 'HTTP 503'],
      ['retrying', 'circuit open'],
      ['delivered', undefined],
    ]);
    expect(subscriber?.attempts[0]).toMatchObject({ nextAt: iso(5_000), status: 503 });
    expect(subscriber?.attempts[1]).toMatchObject({ moves: 1, attempted: false });
    expect(subscriber?.attempts[2]).toMatchObject({ redeliveryId: 'r1' });
  });

  it.each(['superseded', 'expired', 'dead', 'disabled'] as const)(
    'tells that a delivery ended %s, and why',
    (outcome) => {
      const { status: _status, ...unsent } = delivered;
      const result: DeliveryResult = {
        ...unsent,
        outcome,
        attempted: false,
        durationMs: 0,
        reason: 'the call is over',
      };
      const subscriber = subscriberOf({ events: [recorded({ results: [result] })] });
      expect(subscriber).toMatchObject({ outcome, attempts: [{ attempted: false, reason: 'the call is over' }] });
      expect(subscriber).not.toHaveProperty('deliveredInMs');
    },
  );

  it.each([
    [
      'filtered, by which field',
      { filters: { types: ['*'], direction: 'outgoing' } },
      { outcome: 'filtered', filteredBy: 'direction' },
    ],
    ['not sent while it is paused', { state: 'paused' }, { outcome: 'notSent' }],
    ['not sent where its format says nothing of it', { format: 'teams' }, { outcome: 'notSent' }],
    [
      'filtered, by what was changed since',
      { filters: { types: ['x'] }, changedAt: iso(21) },
      { outcome: 'filtered', filteredBy: 'types', changedSince: true },
    ],
  ])('tells of a subscriber without a result that it was %s', (_title, changes, expected) => {
    const subscriber = subscriberOf({ events: [recorded()] }, [subscription('sub_b', changes)]);
    expect(subscriber).toEqual({ subscriptionId: 'sub_b', ...expected, attempts: [] });
  });

  it('says that results are pending while none is on record', () => {
    const { results: _results, ...unwritten } = recorded();
    expect(subscriberOf({ events: [unwritten] })?.outcome).toBe('pending');
  });

  it('leaves out a subscription that was made after the event, and has the results of one that is gone', () => {
    const events = [recorded({ results: [{ ...delivered, subscriptionId: 'sub_gone' }] })];
    const { subscribers } = view({ events }, [subscription('sub_new', { createdAt: iso(21) })]).events[0] ?? {};
    expect(subscribers?.map(({ subscriptionId }) => subscriptionId)).toEqual(['sub_gone']);
  });

  it('has commands with their callers, and gaps, apart from the events', () => {
    const { sequence: _sequence, ...started } = callEvent('started');
    const data = {
      invitationId: 'call-1',
      command: 'decline',
      caller: 'key:4f9a',
      authentication: 'key',
      reason: 'Global',
      result: 'sent',
      status: 202,
    };
    const settled = { ...started, id: 'settled-1', type: 'ucwa.command.settled', timeMs: ringStartMs + 3_000, data };
    const gap = sampleGapEvent();
    const { invitationId: _invitationId, ...settlement } = data;
    expect(view({ events: [recorded({ event: settled })], gaps: [gap] })).toEqual({
      events: [],
      commands: [{ id: 'settled-1', at: iso(3_000), ...settlement }],
      gaps: [{ id: gap.id, cause: gap.data.cause, after: gap.data.after, before: gap.data.before }],
    });
  });

  it('has on a later page the attempts alone of an event that was on a page before', () => {
    expect(view({ attempts: [later({})] }).events).toEqual([
      {
        id: 'call-1-started',
        subscribers: [expect.objectContaining({ subscriptionId: 'sub_a', outcome: 'delivered' })],
      },
    ]);
  });
});
