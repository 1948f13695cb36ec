import { applyEvents } from '../../../shared/console/app/applyEvents';
import { initialState, type ConsoleState } from '../../../shared/console/app/state';
import { callItem, startedAtMs } from './callItem';

const time = new Date(startedAtMs).toISOString();
const apply = (state: Partial<ConsoleState>, ...events: (readonly [name: string, data: unknown])[]) =>
  applyEvents(
    { ...initialState, ...state },
    events.map(([name, data]) => ({ name, data: typeof data === 'string' ? data : JSON.stringify(data) })),
  );
const settlement = { command: 'accept', caller: 'key:ad31f0c0ffee', result: 'sent', status: 202 };

describe('applyEvents', () => {
  it('takes a call without what is the event’s own, and its beginning from a started event', () => {
    const { startedAt: _startedAt, ...item } = callItem('one', { sequence: '1' });
    const event = { id: 'e1', type: 'ucwa.audioVideoInvitation.started', time, ...item };
    expect(apply({}, ['call', event]).change.calls?.get('one')).toEqual({ ...item, startedAt: time });
  });

  it('keeps who was first: the page’s own command, then the first that was sent', () => {
    const event = { invitationId: 'one', time, settlement };
    const { change } = apply({}, ['command', event]);
    expect(change.settled?.get('one')).toEqual({ command: 'accept', who: 'a key (ad31f0)', at: time });
    const own = { settled: new Map([['one', { command: 'accept', who: 'you', at: time }]]) };
    expect(apply(own, ['command', event]).change.settled).toBeUndefined();
  });

  it.each([
    ['was refused', { ...settlement, result: 'alreadyClaimed' }],
    ['was answered before', { ...settlement, replayed: true }],
    ['takes no call', { ...settlement, command: 'hold' }],
  ])('takes no call away for a command that %s', (_why, refused) => {
    const { change } = apply({}, ['command', { invitationId: 'one', time, settlement: refused }]);
    expect(change.settled).toBeUndefined();
  });

  it('changes the account that an event is of', () => {
    const account = { sipUri: 'sip:a@b.c', source: 'table', state: 'connected', status: 'pass' } as const;
    const event = { account: 'sip:a@b.c', state: 'backingOff', time, lastError: 'The pool does not answer.' };
    expect(apply({ accounts: [account] }, ['account', event]).change.accounts).toMatchObject([
      { state: 'backingOff', status: 'warn', disconnectedSince: time, lastError: 'The pool does not answer.' },
    ]);
  });

  it.each([
    ['reset', {}, 'everything'],
    ['hello', { now: time, continued: false }, 'everything'],
    ['hello', { now: time, continued: true }, undefined],
    ['subscription', { subscriptionId: 's1' }, 'subscriptions'],
  ])('%s %j has %s read again', (name, data, reload) => {
    expect(apply({}, [name, data]).reload).toBe(reload);
  });

  it('names what changed, and passes over what it does not know', () => {
    const { change, serverNowMs } = apply(
      {},
      ['hello', { now: time }],
      ['future', 'no JSON'],
      ['call', { invitationId: 'one', call: { reason: 'hungUp' } }],
    );
    expect([change.changed, change.calls, serverNowMs]).toEqual([{ what: 'one', count: 1 }, undefined, startedAtMs]);
  });
});
