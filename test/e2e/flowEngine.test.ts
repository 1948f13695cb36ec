import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { askUntil } from '../support/askUntil';
import { connectorFolder } from '../support/connectorDefinition';
import type { Labelled } from '../support/connectorForm';
import { createFlowEngine, type Flow, type FlowEngine } from '../support/flowEngine';
import { startTestRelay, type TestRelay } from '../support/relay';
import { simulatorAccount } from '../support/ucwaSimulator';

const office = { ...simulatorAccount, sipUri: 'sip:office@contoso.com', username: 'office@contoso.com' };

let relay: TestRelay;
let engine: FlowEngine;
beforeAll(async () => {
  relay = await startTestRelay({
    accounts: [{ ...simulatorAccount }, office],
    settings: { RELAY_ENCRYPTION_KEY: randomBytes(32).toString('base64'), WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8' },
  });
  await relay.connected(office.sipUri);
  // What somebody who sets up the connector enters: the host, and a function key.
  const { baseURL = '', headers } = relay.http().defaults;
  engine = createFlowEngine(join(connectorFolder, 'apiDefinition.swagger.json'), {
    origin: new URL(baseURL).origin,
    key: String(headers['x-functions-key']),
  });
});
afterAll(async () => {
  await relay.close();
  await engine.close();
});

const flows: Flow[] = [];
async function addFlow(...trigger: Parameters<FlowEngine['addTrigger']>): Promise<Flow> {
  const flow = await engine.addTrigger(...trigger);
  flows.push(flow);
  return flow;
}
afterEach(async () => {
  await Promise.all(flows.splice(0).map((flow) => flow.remove()));
});

/** What an action answers once it is so: what it reads follows the topic within moments. */
function eventually(action: string, entries: Labelled, isSo: (answer: Labelled) => boolean): Promise<Labelled> {
  const ask = () =>
    engine.runAction(action, entries).catch((error: unknown): Labelled => {
      if (error instanceof Error && error.message.includes('failed with 404')) return {};
      throw error;
    });
  return askUntil(ask, isSo);
}

describe('a maker of flows', () => {
  it('finds triggers and actions by their names', () => {
    expect(engine.triggers).toEqual(['When a call rings', 'When a call ends', 'When a call is missed']);
    expect(engine.actions).toEqual([
      'Get call',
      'List calls',
      'Accept call',
      'Reject call',
      'Cancel call',
      'Call',
      'Hang up call',
    ]);
  });

  it('chooses the account from a drop-down', async () => {
    expect(await engine.choices('When a call rings', 'Account')).toEqual([
      { title: 'reception@contoso.com', value: 'sip:reception@contoso.com' },
      { title: 'office@contoso.com', value: 'sip:office@contoso.com' },
    ]);
    expect(await engine.choices('List calls', 'Account')).toHaveLength(2);
  });

  it('is told of an account that is not there', async () => {
    await expect(engine.addTrigger('When a call rings', { Account: 'sip:nobody@contoso.com' })).rejects.toThrow(
      /failed with 400.*is not an account of this relay/,
    );
  });
});

describe('a flow', () => {
  it('starts with a ring and rejects the call; another starts when it has ended', async () => {
    const [rings, ends] = await Promise.all([addFlow('When a call rings'), addFlow('When a call ends')]);
    relay.ucwa.ring({ subject: 'Invoice 1234' });
    const ring = await rings.run(1);
    expect(ring).toMatchObject({
      'Caller Name': 'Alice',
      'Caller Address': 'sip:alice@contoso.com',
      Subject: 'Invoice 1234',
      Account: 'sip:reception@contoso.com',
      'Can Reject': true,
      'What Happened': 'started',
    });
    expect(ring).toHaveProperty(['Rings Until'], expect.stringMatching(/Z$/));
    expect(Object.keys(ring)).not.toContain('Missed');

    const call = { 'Call ID': ring['Call ID'] };
    expect(await eventually('Get call', call, ({ 'Call ID': id }) => id !== undefined)).toMatchObject({
      ...call,
      'Is Ringing': true,
      'Caller Name': 'Alice',
    });
    expect(await engine.runAction('Reject call', call)).toEqual({ ...call, Result: 'sent', Command: 'decline' });
    expect(await ends.run(1)).toMatchObject({ ...call, Answered: false, Missed: false, Outcome: 'declined' });
    expect(relay.ucwa.simulator.ledger.commands.at(-1)).toMatchObject({
      action: 'decline',
      body: expect.stringContaining('Global'),
    });
    await relay.topic.invitationEvent({ event: 'completed', invitationId: String(ring['Call ID']) });
    expect(rings.runs).toHaveLength(1);
  });

  it('sends a call to the phone', async () => {
    const [rings, ends] = await Promise.all([addFlow('When a call rings'), addFlow('When a call ends')]);
    relay.ucwa.ring({ subject: 'to the phone' });
    const { 'Call ID': id, 'Can Accept On Phone': can } = await rings.run(1);
    expect(can).toBe(true);
    expect(await engine.runAction('Accept call', { 'Call ID': id })).toMatchObject({
      Result: 'sent',
      Command: 'accept',
    });
    expect(await ends.run(1)).toMatchObject({ 'Call ID': id, Answered: true, Missed: false });
  });

  it('starts with each missed call and with no other, and lists them', async () => {
    const [missed, ends] = await Promise.all([addFlow('When a call is missed'), addFlow('When a call ends')]);
    relay.ucwa.ring({ subject: 'taken', scenario: 'answered', afterSeconds: 0 });
    expect(await ends.run(1)).toMatchObject({ Subject: 'taken', Answered: true });
    relay.ucwa.ring({ subject: 'not taken', scenario: 'missed', ringSeconds: 1 });
    expect(await missed.run(1)).toMatchObject({
      Subject: 'not taken',
      Missed: true,
      Answered: false,
      'Caller Name': 'Alice',
    });
    expect(missed.runs).toHaveLength(1);
    const ended = { 'Which Calls': 'ended', Account: 'sip:reception@contoso.com' };
    const page = await eventually('List calls', { ...ended, Limit: 1 }, (list) => list['Next Page'] !== undefined);
    expect(page).toMatchObject({ Calls: [{ Account: 'sip:reception@contoso.com', 'Is Ringing': false }] });
    expect(await engine.runAction('List calls', { ...ended, 'Next Page': page['Next Page'] })).toMatchObject({
      Calls: expect.arrayContaining([expect.objectContaining({ 'Is Ringing': false })]),
    });
  });

  it('gives up a call that the user makes', async () => {
    const ends = await addFlow('When a call ends');
    relay.ucwa.ring({ subject: 'our own', scenario: 'outgoing', to: 'sip:bob@contoso.com' });
    const { subject } = await relay.topic.invitationEvent({ event: 'started', subject: 'our own' });
    expect(await engine.runAction('Cancel call', { 'Call ID': subject })).toMatchObject({
      Result: 'sent',
      Command: 'cancel',
    });
    expect(await ends.run(1)).toMatchObject({ 'Call ID': subject, Direction: 'outgoing', Answered: false });
  });

  it('hears of another account once it is edited, and only of that', async () => {
    const before = await addFlow('When a call rings', { Account: 'sip:reception@contoso.com' });
    relay.ucwa.ring({ subject: 'before' });
    expect(await before.run(1)).toMatchObject({ Subject: 'before' });

    const after = await before.edit({ Account: 'sip:office@contoso.com' });
    flows.push(after);
    expect(after.location).not.toBe(before.location);
    const witness = await addFlow('When a call rings');
    relay.ucwa.ring({ subject: 'not for it' });
    expect(await witness.run(1)).toMatchObject({ Subject: 'not for it' });
    relay.ucwa.ring({ account: office.sipUri, subject: 'for it' });
    expect(await after.run(1)).toMatchObject({ Subject: 'for it', Account: 'sip:office@contoso.com' });
    expect(before.runs).toHaveLength(1);
    expect(after.runs).toHaveLength(1);
  });

  it('is removed without a key, as often as the service likes, and then hears nothing', async () => {
    const [flow, witness] = await Promise.all([addFlow('When a call rings'), addFlow('When a call rings')]);
    expect([await flow.remove(), await flow.remove()]).toEqual([204, 204]);
    relay.ucwa.ring({ subject: 'unheard' });
    await witness.run(1);
    expect(flow.runs).toEqual([]);
    const listed = await relay
      .http()
      .get<{ subscriptions: { description: string; format: string }[] }>('/webhook-subscriptions');
    expect(listed.data.subscriptions).toMatchObject([
      { description: 'When a call rings', format: 'flat', handshake: 'skip' },
    ]);
  });

  it('cannot be removed by guessing', async () => {
    const flow = await addFlow('When a call rings');
    const altered = flow.location.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await relay.http().delete(altered, { headers: { 'x-functions-key': '' } })).status).toBe(404);
    expect(
      (await relay.http().get<{ subscriptions: unknown[] }>('/webhook-subscriptions')).data.subscriptions,
    ).toHaveLength(1);
  });
});
