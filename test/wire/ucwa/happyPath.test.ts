import { carrying, startTestSession, told, type TestSession } from '../../support/ucwaSession';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { createFakeClock } from '../../support/fakeClock';

let ucwa: TestUcwa;
let session: TestSession;

beforeEach(async () => {
  const clock = createFakeClock();
  ucwa = await startTestUcwa({ clock });
  session = startTestSession(ucwa.url, { clock });
});
afterEach(async () => {
  await session.close();
  await ucwa.close();
});

test('signs in, goes on the air, and reads a call as it rings', async () => {
  const listening = session.listen();
  await ucwa.simulator.whenParked();
  expect(session.session.health()).toMatchObject({ state: 'onAir', modalities: ['Audio', 'Video', 'PhoneAudio'], lastError: undefined });

  ucwa.ring();
  await listening.item(carrying('audioVideoInvitation started'));
  expect(told(listening.items)).toContain('audioVideoInvitation started');
  expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
});
