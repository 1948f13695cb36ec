import { ringActions } from '../../../shared/console/calls/actions';
import {
  accountName,
  callBackTarget,
  calledName,
  callerDetails,
  callerName,
  routeTexts,
} from '../../../shared/console/calls/callTexts';
import { mergeCalls, ringingOf } from '../../../shared/console/calls/mergeCalls';
import { outcomeText } from '../../../shared/console/calls/outcomeTexts';
import { outcomeResults } from '../../../shared/invitations/invitationData';
import { callItem, startedAtMs } from './callItem';

const ended = { state: 'ended', endedBy: 'completed' } as const;

describe('mergeCalls', () => {
  it('keeps the newest snapshot, whatever the order, and what only the other knows', () => {
    const started = callItem('one', { sequence: '1' });
    const { startedAt: _startedAt, ...completed } = callItem('one', { ...ended, sequence: '2' });
    for (const items of [
      [started, completed],
      [completed, started],
      [started, completed, started],
    ]) {
      const call = mergeCalls(new Map(), items).get('one');
      expect(call).toMatchObject({ state: 'ended', sequence: '2', startedAt: started.startedAt });
    }
  });

  it('keeps what has ended so where there is no sequence to compare', () => {
    const calls = mergeCalls(new Map(), [callItem('one', ended), callItem('one')]);
    expect(calls.get('one')?.state).toBe('ended');
  });

  it('forgets the oldest of very many that have ended, and none that rings', () => {
    const many = Array.from({ length: 600 }, (_, index) =>
      callItem(String(index), { ...ended, startedAt: new Date(startedAtMs + index).toISOString() }),
    );
    const calls = mergeCalls(new Map(), [callItem('rings'), ...many]);
    expect([calls.size, calls.has('rings'), calls.has('99'), calls.has('100')]).toEqual([501, true, false, true]);
  });
});

test('ringingOf leaves out what runs out, has ended or goes out; the longest waiting is first', () => {
  const at = (seconds: number) => new Date(startedAtMs + seconds * 1000).toISOString();
  const calls = mergeCalls(new Map(), [
    callItem('second', { startedAt: at(5) }),
    callItem('first', { startedAt: at(1) }),
    callItem('over', { expiresAt: at(9) }),
    callItem('outgoing', {}, { direction: 'outgoing' }),
    callItem('ended', ended),
  ]);
  expect(ringingOf(calls, startedAtMs + 10_000).map(({ invitationId }) => invitationId)).toEqual(['first', 'second']);
});

describe('who calls', () => {
  it.each([
    ['the name', { name: 'Alice', uri: 'sip:alice@fabrikam.com' }, 'Alice', ['alice@fabrikam.com']],
    ['number and address', { name: 'Alice', phoneNumber: '+491', uri: 'sip:a@b.c' }, 'Alice', ['+491', 'a@b.c']],
    ['the number once', { phoneNumber: '+4930', uri: 'sip:+4930@contoso.com;user=phone' }, '+4930', []],
    ['nobody', undefined, 'Unknown caller', []],
    ['who is withheld', { callerType: 'withheld', uri: 'sip:x@y.z' }, 'Number withheld', []],
    ['a guest', { callerType: 'guest', name: 'Eve', uri: 'sip:g@y.z' }, 'Eve (guest)', ['g@y.z']],
    ['a name without direction marks', { name: 'A\u202Elice\u200B' }, 'Alice', []],
  ] as const)('is %s', (_what, from, name, details) => {
    const { from: _from, ...rest } = callItem('one').invitation;
    const call = { ...callItem('one'), invitation: from === undefined ? rest : { ...rest, from } };
    expect([callerName(call), callerDetails(call)]).toEqual([name, details]);
  });

  it('is called back at the number before the address, and not where it hides', () => {
    const target = (from: object) => callBackTarget(callItem('one', {}, { from }));
    expect([
      target({ uri: 'sip:a@b.c', phoneNumber: '+491' }),
      target({ uri: 'sip:a@b.c' }),
      target({ callerType: 'withheld', uri: 'sip:a@b.c' }),
    ]).toEqual(['+491', 'sip:a@b.c', undefined]);
  });
});

test('the account is called by the name that its calls have for it, else by its address', () => {
  expect([
    calledName(callItem('one')),
    accountName('sip:night.desk@contoso.com'),
    accountName('sip:reception@contoso.com', { uri: 'sip:dana@contoso.com', name: 'Dana' }),
  ]).toEqual(['Reception', 'Night.desk', 'Reception']);
});

test('routeTexts names who brought the call here', () => {
  const call = callItem('one', {}, { transferredBy: { name: 'Dana' }, onBehalfOf: { uri: 'sip:carol@contoso.com' } });
  expect(routeTexts(call)).toEqual(['transferred by Dana', 'on behalf of carol@contoso.com']);
});

test('ringActions offers what the invitation links, and nothing else', () => {
  const commands = (actions: readonly ('accept' | 'acceptWithAnswer' | 'acceptWithPhoneAudio' | 'decline')[]) =>
    ringActions(callItem('one', {}, { actions: [...actions] })).map(({ command, body }) => [command, body]);
  expect(commands(['acceptWithPhoneAudio', 'decline'])).toEqual([
    ['accept', { with: 'phoneAudio' }],
    ['decline', {}],
  ]);
  expect(commands(['accept'])).toEqual([['accept', {}]]);
  expect(commands(['acceptWithAnswer'])).toEqual([]);
});

test.each(outcomeResults)('the outcome %s has words of its own', (result) => {
  const { words, sign } = outcomeText(callItem('one', ended, { outcome: { result } }));
  expect(words).toMatch(/^[A-Z]/);
  expect(sign).toHaveLength(1);
});
