import { createSocket, type Socket } from 'node:dgram';
import { createNameResolver } from '../../../shared/webhooks/sender/nameResolver';
import { createSender, type Sender } from '../../../shared/webhooks/sender/sender';
import type { Subscription } from '../../../shared/webhooks/subscriptions/subscription';
import { createDeliveryEngine, never } from '../../support/deliveryEngine';
import { sampleInvitationEvent } from '../../support/sampleEvents';
import { sampleSubscription } from '../../support/sampleSubscription';
import { startScriptedServer, type ScriptedServer } from '../../support/scriptedServer';

/** Within so long an invocation of `deliverEvent` ends. */
const INVOCATION_MS = 12_000;
const SLOW_SECONDS = 12;

type Engine = ReturnType<typeof createDeliveryEngine>;

let engine: Engine;
let receiver: ScriptedServer;
let nameServer: Socket;
let sender: Sender;

const subscribers = {
  healthy: sampleSubscription({ id: 'sub_healthy' }),
  hanging: sampleSubscription({ id: 'sub_hanging' }),
  slow: sampleSubscription({ id: 'sub_slow' }),
  'slow, with the time it needs': sampleSubscription({ id: 'sub_slower', timeoutSeconds: SLOW_SECONDS + 1 }),
  'of a silent name server': sampleSubscription({ id: 'sub_unnamed' }),
};

beforeEach(async () => {
  nameServer = createSocket('udp4').on('message', () => undefined);
  await new Promise<void>((resolve) => nameServer.bind(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  sender.close();
  await receiver.close();
  nameServer.close();
});

async function start(subscriptions: readonly Subscription[]): Promise<void> {
  engine = createDeliveryEngine({ subscriptions });
  const { clock, world } = engine;
  receiver = await startScriptedServer(({ path }, response) => {
    if (path === '/sub_healthy') response.writeHead(204).end();
    else if (path !== '/sub_hanging')
      void clock.sleep(SLOW_SECONDS * 1000).then(() => response.headersSent || response.writeHead(204).end());
  });
  const names = createNameResolver({ clock, servers: [`127.0.0.1:${nameServer.address().port}`] });
  sender = createSender({ clock, allowedCidrs: ['127.0.0.0/8'], names });
  world.respond = (_eventId, { id }) => {
    const url = id === 'sub_unnamed' ? 'https://receiver.example/hooks' : `${receiver.origin}/${id}`;
    return sender.send({
      method: 'POST',
      url,
      headers: {},
      body: Buffer.from('{}'),
      timeoutMs: world.timeoutsMs.at(-1) ?? 0,
    });
  };
}

/** How long the invocation takes by the clock, and what became of each delivery. */
async function invoke() {
  const { clock, deliverEvent, world } = engine;
  const startMs = clock.now();
  await clock.advanceUntil(deliverEvent(sampleInvitationEvent()), 250);
  return {
    durationMs: clock.now() - startMs,
    outcomes: Object.fromEntries(world.observed.map(({ attempt }) => [attempt.subscriptionId, attempt.outcome])),
  };
}

const frozenStorage = {
  insertEvent: () => never,
  indexEvent: () => never,
  writeResults: () => never,
  writeDelivery: () => never,
};
const rows: readonly (readonly [
  beside: string,
  subscriptions: readonly (keyof typeof subscribers)[],
  change: () => void,
])[] = [
  ['nothing else', [], () => undefined],
  ['a subscriber that hangs', ['hanging'], () => undefined],
  ['a subscriber that needs 12 s', ['slow'], () => undefined],
  ['a subscriber that needs 12 s and has them', ['slow, with the time it needs'], () => undefined],
  ['a name server that never answers', ['of a silent name server'], () => undefined],
  ['storage that is frozen', [], () => (engine.world.storage = frozenStorage)],
  [
    'all of these, and subscriptions that are read after 3.9 s',
    ['hanging', 'slow', 'slow, with the time it needs', 'of a silent name server'],
    () => {
      const { clock, world } = engine;
      world.storage = frozenStorage;
      world.list = () => clock.sleep(3_900).then(() => world.subscriptions);
    },
  ],
];

test.each(rows)('an invocation of deliverEvent ends within 12 s beside %s', async (beside, others, change) => {
  await start([subscribers.healthy, ...others.map((name) => subscribers[name])]);
  change();
  const { durationMs, outcomes } = await invoke();
  process.stdout.write(`deliverEvent beside ${beside}: ${(durationMs / 1000).toFixed(2)} s\n`);
  expect(durationMs).toBeLessThanOrEqual(INVOCATION_MS);
  expect(outcomes['sub_healthy']).toBe('delivered');
  for (const name of others) expect(outcomes[subscribers[name].id]).toBe('retrying');
});
