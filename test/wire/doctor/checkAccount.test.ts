import { doctorEndpointId } from '../../../shared/doctor/doctorEndpointId';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { simulatorAccount, startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { failedOf, startDoctor, stepOf } from './testDoctor';

let clock: FakeClock;
let ucwa: TestUcwa;
beforeEach(async () => {
  clock = createFakeClock(Date.now()); // the stand-in's Date header is the machine's own
  ucwa = await startTestUcwa({ clock });
});
afterEach(() => ucwa.close());

const lifecycle = (): string[] => ucwa.simulator.ledger.lifecycle.map(({ action, status }) => `${action} ${status}`);

test('a pool in good health: every step passes, a poll is held for its 180 s, and nothing is left behind', async () => {
  const doctor = startDoctor(ucwa.url, { clock });
  await ucwa.simulator.whenPolling();
  const steps = await clock.advanceUntil(doctor.steps);

  expect(failedOf(steps)).toEqual([]);
  expect(steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'DNS names passed',
    'certificate skipped',
    'clock passed',
    'discovery passed',
    'challenge passed',
    'token passed',
    'application passed',
    'modalities passed',
    'links passed',
    'event channel passed',
    'sign-out passed',
  ]);
  expect(stepOf(steps, 'event channel').fact).toMatch(/held for 18\d s/);
  expect(stepOf(steps, 'modalities').fact).toBe(
    'granted Audio, Video, PhoneAudio; invitations that can come: audioVideo, phoneAudio',
  );
  expect(stepOf(steps, 'links').fact).toContain('reportMyActivity');
  expect(doctor.progress).toContain('event channel: one whole poll, 170 of 180 s');
  expect(ucwa.simulator.applications.all()).toHaveLength(0);
  expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
});

test('no secret in any line', async () => {
  const doctor = startDoctor(ucwa.url, { clock, account: { password: 'wrong-and-secret' } });
  const steps = await clock.advanceUntil(doctor.steps);
  expect(failedOf(steps)).toEqual(['token']);
  expect(JSON.stringify([steps, doctor.progress])).not.toMatch(/wrong-and-secret|cwt=/);
});

test('the application of a relay that runs for the same account is left alone', async () => {
  const { simulator } = ucwa;
  const relays = simulator.createApplication(simulatorAccount.sipUri, {
    userAgent: 'ucwa-relay',
    endpointId: 'the-relay',
    culture: 'en-US',
  });
  const steps = await clock.advanceUntil(startDoctor(ucwa.url, { clock }).steps);
  expect(failedOf(steps)).toEqual([]);
  expect(simulator.applications.all()).toEqual([relays]);
});

test('Ctrl-C: what is under way stops, and the application is deleted all the same', async () => {
  const doctor = startDoctor(ucwa.url, { clock });
  await ucwa.simulator.whenPolling();
  doctor.stop();
  const steps = await doctor.steps;
  expect(stepOf(steps, 'event channel')).toMatchObject({ outcome: 'skipped', fact: 'stopped' });
  expect(stepOf(steps, 'sign-out').outcome).toBe('passed');
  expect(ucwa.simulator.applications.all()).toHaveLength(0);
  expect(lifecycle().at(-1)).toMatch(/^delete/i);
});

test('an application whose making was never answered is found and deleted', async () => {
  ucwa.fault({ kind: 'resetBeforeBody', on: 'applications' });
  const steps = await clock.advanceUntil(startDoctor(ucwa.url, { clock }).steps);
  expect(failedOf(steps)).toEqual(['application']);
  expect(stepOf(steps, 'modalities')).toMatchObject({ outcome: 'skipped', fact: 'not tried: application failed' });
  expect(stepOf(steps, 'sign-out').outcome).toBe('passed');
  expect(ucwa.simulator.applications.all()).toHaveLength(0);
});

test('a clock that is wrong is told, and does not stop the rest', async () => {
  const other = createFakeClock(Date.now() - 3 * 3_600_000);
  const elsewhere = await startTestUcwa({ clock: other });
  const steps = await other.advanceUntil(startDoctor(elsewhere.url, { clock: other }).steps);
  await elsewhere.close();
  expect(failedOf(steps)).toEqual(['clock']);
  expect(stepOf(steps, 'clock')).toMatchObject({
    fact: expect.stringMatching(/is 3 hours ahead of this machine$/),
    whatToDo: expect.stringContaining('NTP'),
  });
});

test('names that nobody knows: the domain’s two names are told, and no request is made', async () => {
  const steps = await startDoctor(ucwa.url, { clock, account: { discoveryUrl: undefined }, names: {} }).steps;
  expect(failedOf(steps)).toEqual(['DNS names']);
  expect(stepOf(steps, 'DNS names')).toMatchObject({
    fact: 'lyncdiscoverinternal.contoso.com is not known; lyncdiscover.contoso.com is not known',
    whatToDo: expect.stringContaining('UCWA_DISCOVERY_URL'),
  });
  expect(stepOf(steps, 'sign-out')).toMatchObject({ outcome: 'skipped', fact: 'nothing to sign out of' });
});

test('what a killed run has left behind is found and deleted; policies are told where the server shows them', async () => {
  const { simulator } = ucwa;
  const left = simulator.createApplication(simulatorAccount.sipUri, {
    userAgent: 'ucwa-relay',
    endpointId: doctorEndpointId(simulatorAccount.sipUri),
    culture: 'en-US',
  });
  const policies = { rel: 'policies', phoneAudio: 'Enabled', telephonyMode: 'UC', photos: 'Enabled' };
  simulator.resources.set(`${left.path}/policies`, { contentType: 'application/json', text: JSON.stringify(policies) });
  const steps = await clock.advanceUntil(startDoctor(ucwa.url, { clock }).steps);
  expect(failedOf(steps)).toEqual([]);
  expect(stepOf(steps, 'application').fact).toContain('left by an earlier run');
  expect(stepOf(steps, 'links').fact).toMatch(/; policies: phoneAudio "Enabled", telephonyMode "UC"$/);
  expect(simulator.applications.all()).toHaveLength(0);
});

describe('test ring', () => {
  test.each([
    [
      'audio',
      ['audio'] as const,
      /invitation \(audioVideo\) came after [\d.]+ s of waiting; it can be answered by acceptWithAnswer, acceptWithPhoneAudio, decline/,
    ],
    [
      'phone audio',
      ['phoneAudio'] as const,
      /invitation \(phoneAudio\) came after [\d.]+ s of waiting; it can be answered by accept/,
    ],
  ])('%s: how long it took, and how it can be answered', async (_, modalities, fact) => {
    const doctor = startDoctor(ucwa.url, { clock, awaitCallSeconds: 60 });
    await ucwa.simulator.whenPolling();
    await clock.advance(12_000);
    ucwa.ring({ modalities: [...modalities] });
    const steps = await clock.advanceUntil(doctor.steps);
    expect(failedOf(steps)).toEqual([]);
    expect(stepOf(steps, 'test ring').fact).toMatch(fact);
  });

  test('from the moment at which the operator called', async () => {
    const dialledAtMs = clock.now();
    const doctor = startDoctor(ucwa.url, { clock, awaitCallSeconds: 60, dialledAtMs });
    await ucwa.simulator.whenPolling();
    ucwa.ring();
    const steps = await clock.advanceUntil(doctor.steps);
    expect(stepOf(steps, 'test ring').fact).toMatch(/came \d\.\d s after you said that you were calling/);
  });

  test('no call in time fails, and the whole poll is tried all the same', async () => {
    const steps = await clock.advanceUntil(startDoctor(ucwa.url, { clock, awaitCallSeconds: 20 }).steps);
    expect(failedOf(steps)).toEqual(['test ring']);
    expect(stepOf(steps, 'test ring')).toMatchObject({
      fact: 'no call came within 20 s',
      whatToDo: expect.stringContaining('npm run ring'),
    });
    expect(stepOf(steps, 'event channel').outcome).toBe('passed');
  });
});
