import { RelayError } from '../../../../shared/errors/relayError';
import type { StartCallPorts } from '../../../../shared/invitations/commands/startCall';
import { startCall } from '../../../../shared/invitations/commands/startCall';
import { startBodySchema } from '../../../../shared/invitations/commands/startCommand';
import { silentLog } from '../../../../shared/telemetry/log';
import { createFakeClock } from '../../../support/fakeClock';
import { createMemoryClaims } from '../../../support/memoryClaims';
import { createMemoryStartedCalls } from '../../../support/memoryStartedCalls';

const account = 'sip:reception@contoso.com';

it('reads the channel once more when its caller gives up while the POST is under way', async () => {
  const clock = createFakeClock();
  const deadline = new AbortController();
  let reads = 0;
  const ports: StartCallPorts = {
    signingKey: 'a key of at least thirty-two characters',
    gateway: () => ({
      account: { sipUri: account },
      application: () => Promise.resolve({ path: '/ucwa/oauth/v1/applications/102', id: '102' }),
      read: () =>
        Promise.resolve({
          rel: 'communication',
          properties: {},
          links: { startPhoneAudio: [{ href: '/startPhoneAudio' }] },
          embedded: {},
        }),
      post: () => {
        deadline.abort();
        return Promise.reject(new RelayError('upstreamTimeout', 'The request was stopped.'));
      },
    }),
    claims: createMemoryClaims(),
    started: {
      ...createMemoryStartedCalls(),
      find: () => {
        reads += 1;
        return Promise.resolve(reads > 5 ? 'found at last' : undefined);
      },
    },
    audit: { record: () => Promise.resolve() },
    events: { publish: () => Promise.resolve() },
    newId: () => 'id',
    clock,
    log: silentLog,
  };
  const command = startBodySchema.parse({ account, to: 'sip:bob@contoso.com' });
  const starting = startCall({ command, caller: 'key:a', authentication: 'key' }, ports, deadline.signal);
  await expect(starting).rejects.toMatchObject({ code: 'startUnconfirmed' });
  expect(reads).toBe(1);
});
