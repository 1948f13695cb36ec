import { RelayError } from '../../../../shared/errors/relayError';
import { attachContext } from '../../../../shared/invitations/calls/attachContext';
import type { CommandPorts } from '../../../../shared/invitations/commands/runCommand';
import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { accountKey, encodeInvitationId } from '../../../../shared/invitations/invitationId';
import { createFakeClock } from '../../../support/fakeClock';
import { createMemoryCallRecords } from '../../../support/memoryCallRecords';
import { createMemoryStartedCalls } from '../../../support/memoryStartedCalls';

const signingKey = 'a key of at least thirty-two characters';
const account = 'sip:reception@contoso.com';
const reference = {
  accountKey: accountKey(account),
  kind: 'phoneAudio',
  applicationId: '102',
  collection: 'phoneAudioInvitations',
} as const;
const idOf = (id: string): string => encodeInvitationId({ ...reference, id }, signingKey);
const invitationId = idOf('a'.repeat(32));

function createPorts() {
  const published: RelayEvent[] = [];
  const records = createMemoryCallRecords();
  const started = createMemoryStartedCalls();
  const order: string[] = [];
  const commands = {
    signingKey,
    gateway: (key: string) => (key === reference.accountKey ? { account: { sipUri: account } } : undefined),
    started,
    calls: { head: () => Promise.resolve(undefined) },
    events: {
      publish: (events: readonly RelayEvent[]) => {
        published.push(...events);
        order.push('published');
        return Promise.resolve();
      },
    },
    newId: () => 'id-1',
    clock: createFakeClock(1_000),
  } as unknown as CommandPorts;
  const noteContext = () => Promise.resolve(void order.push('noted'));
  return { ports: { commands, records, noteContext }, published, records, started, order };
}

it('publishes one event and has it on record, also for a call that is not on record yet', async () => {
  const { ports, published, records, order } = createPorts();
  const context = { customer: 'Fabrikam' };
  await attachContext({ invitationId, context, caller: 'key:crm' }, ports);
  expect(published).toEqual([
    {
      id: 'id-1',
      type: 'ucwa.call.context',
      account,
      subject: invitationId,
      timeMs: 1_000,
      data: { invitationId, account, kind: 'phoneAudio', caller: 'key:crm', context },
    },
  ]);
  expect(await records.readContext(invitationId)).toEqual(context);
  // Who delivers the event looks for contexts by then.
  expect(order).toEqual(['noted', 'published']);
});

it('is attached to the id of the events where a start answered another one', async () => {
  const { ports, published, started } = createPorts();
  const answered = idOf('b'.repeat(32));
  await started.addAlias(answered, 'operation');
  await started.record('operation', invitationId);
  await attachContext({ invitationId: answered, context: {}, caller: 'key:crm' }, ports);
  expect(published[0]?.subject).toBe(invitationId);
});

it('is on no record that the bus knows nothing of', async () => {
  const { ports, records } = createPorts();
  const events = { publish: () => Promise.reject(new RelayError('busUnavailable', 'away')) };
  const away = { ...ports, commands: { ...ports.commands, events } };
  await expect(attachContext({ invitationId, context: {}, caller: 'key:crm' }, away)).rejects.toMatchObject({
    code: 'busUnavailable',
  });
  expect(records.events()).toEqual([]);
});

it.each([
  ['an id that is not ours', 'made-up', {}, 'invitationNotFound'],
  [
    'an account that is gone',
    encodeInvitationId({ ...reference, accountKey: accountKey('sip:x@y.z'), id: 'c' }, signingKey),
    {},
    'invitationNotFound',
  ],
  ['4,097 bytes', invitationId, { text: 'é'.repeat(2_042) + 'xx' }, 'contextTooLarge'],
])('refuses %s', async (_title, id, context, code) => {
  const { ports, published } = createPorts();
  await expect(attachContext({ invitationId: id, context, caller: 'key:crm' }, ports)).rejects.toMatchObject({ code });
  expect(published).toEqual([]);
});

it('takes 4,096 bytes', async () => {
  const context = { text: 'é'.repeat(2_042) + 'x' };
  expect(Buffer.byteLength(JSON.stringify(context))).toBe(4_096);
  await attachContext({ invitationId, context, caller: 'key:crm' }, createPorts().ports);
});
