import type { Browser, BrowserContext, Page } from 'playwright-core';
import { askUntil } from '../support/askUntil';
import { declineFrom, entraSettings, signInByPlatform } from '../support/console/platformSignIn';
import { crowdEvent } from '../support/console/crowdEvent';
import { recordsSound } from '../support/console/recordsSound';
import { startSubscriber, type SubscriberServer } from '../support/subscriberServer';
import {
  newPerson,
  openConsole,
  openTab,
  replaceKey,
  signIn,
  startBrowser,
  type ConsolePage,
  type ConsolePageOptions,
} from '../support/console/consoleBrowser';
import type { TestRelay } from '../support/relay';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';
import { findBrowser } from './findBrowser.cjs';

let relay: TestRelay;
let browser: Browser;
let person: BrowserContext;
let subscriber: SubscriberServer;
let pages: ConsolePage[] = [];

beforeAll(async () => {
  [relay, browser, subscriber] = await Promise.all([
    startWebhookRelay(),
    startBrowser(findBrowser() ?? ''),
    startSubscriber(({ target }) => ({ status: target.endsWith('/broken') ? 503 : 204 })),
  ]);
  person = await newPerson(browser);
  await subscribe(relay, { url: `${subscriber.url}/crm`, description: 'CRM' });
});
afterAll(async () => {
  await browser.close();
  await relay.close();
  await subscriber.close();
});
afterEach(async () => {
  const faults = pages.flatMap((opened) => opened.faults);
  await Promise.all(pages.map((opened) => opened.close()));
  pages = [];
  expect(faults).toEqual([]);
});

const url = (): string => `${relay.http().defaults.baseURL ?? ''}/console/`;
const key = (): string => String(relay.http().defaults.headers['x-functions-key']);

async function openSignedOut(options: Partial<ConsolePageOptions> = {}): Promise<ConsolePage> {
  const opened = await openConsole(browser, { url: url(), ...options });
  pages.push(opened);
  return opened;
}

/** The page of somebody who has signed in, live, in a browser of their own. */
async function openAsAnother(options: Partial<ConsolePageOptions> = {}): Promise<Page> {
  const { page } = await openSignedOut({ key: key(), ...options });
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
}

/** As openAsAnother, in the browser of the person of all these tests. */
async function open(view: ConsolePageOptions['view'] = 'now'): Promise<Page> {
  const opened = await openTab(person, { url: url(), key: key(), view });
  pages.push(opened);
  await opened.page.getByText('Live', { exact: true }).waitFor();
  return opened.page;
}

/** Rings, and resolves with what to do about the call on the page. */
async function ringOn(page: Page, name: string, request: object = {}) {
  const ringing = relay.ucwa.ring({ name, from: 'sip:alice@fabrikam.com', ...request });
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
  await card.waitFor();
  return {
    card,
    accept: card.getByRole('button', { name: /^Send to Reception’s phone/ }),
    decline: card.getByRole('button', { name: /^Decline/ }),
    actions: () =>
      relay.ucwa.simulator.ledger.commands
        .filter(({ href }) => href.startsWith(ringing.invitation))
        .map(({ action }) => action),
    hangUp: () => relay.ucwa.simulator.hangUp(ringing.id),
  };
}

test('the key is asked for once, tried, and never part of an address', async () => {
  const { page } = await openSignedOut();
  await signIn(page, 'not the key');
  await page.getByText('This key is not accepted (401). Was it renewed?').waitFor();
  await signIn(page, key());
  await page.getByRole('heading', { name: 'No call is ringing' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'No call is ringing' }).waitFor();
  await page.getByText(/Reception is listening since/).waitFor();
  expect(page.url()).not.toContain(key());
  const other = await page.context().newPage();
  await other.goto(url());
  await other.getByLabel('Functions key').waitFor();
});

test('a call is heard, and shown as a notification while nobody looks, where the person has allowed it', async () => {
  const page = await openAsAnother({ browser: { permissions: ['notifications'] }, script: recordsSound });
  const sound = page.getByRole('button', { name: 'Sound and notifications' });
  await sound.click();
  await page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, value: true })");
  const urgent = await ringOn(page, 'Loud', { importance: 'Urgent' });
  expect(
    await askUntil(
      () => page.evaluate<string[]>('shown'),
      ({ length }) => length > 0,
    ),
  ).toEqual(['Urgent: Loud for Reception']);
  // Two tones, three times.
  expect(await page.evaluate('tones')).toBe(6);
  urgent.hangUp();
  await askUntil(
    () => page.evaluate('ended'),
    (ended) => ended === 1,
  );
  await sound.click();
  const silent = await ringOn(page, 'Silent');
  expect(await page.evaluate('[tones, shown.length]')).toEqual([6, 1]);
  silent.hangUp();
  await silent.card.getByText('Missed, nobody answered').waitFor();
});

test('a call appears while it rings, and what the caller wrote stays text', async () => {
  const page = await open();
  const name = 'Bob <img src=x onerror=alert(1)>';
  const { card, hangUp } = await ringOn(page, name, {
    subject: 'Delivery at gate 4\u202E',
    importance: 'Urgent',
    transferredBy: 'dana@contoso.com',
  });
  const text = await card.innerText();
  expect(text).toMatch(/alice@fabrikam\.com/);
  expect(text).toMatch(/Urgent/);
  expect(text).toMatch(/for Reception/);
  expect(text).toMatch(/transferred by dana/i);
  expect(text).toMatch(/“Delivery at gate 4”/);
  expect(text).toMatch(/\b(2[0-9]|30) s left/);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).toBe('(1) Now – ucwa-relay');
  hangUp();
  await card.getByText('Missed, nobody answered').waitFor();
});

test('the keys select, take and decline, and can be turned off', async () => {
  const page = await open();
  const first = await ringOn(page, 'First');
  const second = await ringOn(page, 'Second');
  await page.keyboard.press('j');
  await page.keyboard.press('d');
  await second.card.getByText('Once more: Decline').waitFor();
  expect(second.actions()).toEqual([]);
  await page.keyboard.press('d');
  await second.card.getByText(/Declined by you at \d\d:\d\d:\d\d/).waitFor();
  await page.getByRole('button', { name: 'Turn keys off' }).click();
  await page.keyboard.press('k');
  await page.keyboard.press('a');
  await page.getByRole('button', { name: 'Turn keys on' }).click();
  expect(first.actions()).toEqual([]);
  await page.keyboard.press('k');
  await page.keyboard.press('a');
  await first.card.getByText(/Taken by you at \d\d:\d\d:\d\d/).waitFor();
  expect([first.actions(), second.actions()]).toEqual([['acceptWithPhoneAudio'], ['decline']]);
});

test('of two people who press at once one is told that the other was first', async () => {
  const [one, other] = await Promise.all([open(), openAsAnother()]);
  const mine = await ringOn(one, 'Wanted by two');
  const theirs = other.getByRole('listitem').filter({ hasText: 'Wanted by two' });
  await theirs.waitFor();
  await Promise.all([mine.accept.click(), theirs.getByRole('button', { name: /^Decline/ }).click()]);
  const became = /(Taken|Declined) by (you|a key \(\w+\)) at/;
  await Promise.all([mine.card.getByText(became).waitFor(), theirs.getByText(became).waitFor()]);
  const texts = [await mine.card.innerText(), await theirs.innerText()].map((text) => became.exec(text)?.slice(1, 3));
  const [winner, loser] = texts[0]?.[1] === 'you' ? texts : texts.toReversed();
  expect(winner?.[1]).toBe('you');
  expect(loser).toEqual([winner?.[0], expect.stringMatching(/^a key/)]);
  expect(mine.actions()).toHaveLength(1);
});

test('a call that is gone stays in its row for four seconds, and a short time left is red', async () => {
  const page = await openAsAnother({ ownsClock: true });
  const { card, accept } = await ringOn(page, 'Soon gone');
  expect(await card.locator('.little').count()).toBe(0);
  await page.clock.fastForward(23_000);
  await card.locator('.left.little').waitFor();
  await accept.click();
  await card.getByText(/Taken by you/).waitFor();
  await page.mouse.move(0, 0);
  await page.clock.fastForward(3000);
  expect(await card.count()).toBe(1);
  await page.clock.fastForward(2000);
  await card.waitFor({ state: 'detached' });
});

test('without a connection the page says so, asks before it acts, and catches up', async () => {
  const page = await open();
  const { card, decline, actions } = await ringOn(page, 'Before the gap');
  await page.route('**/api/stream', (route) => route.abort());
  await page.reload();
  await page.getByText(/^Not live since \d\d:\d\d:\d\d\./).waitFor();
  await card.waitFor();
  await decline.click();
  expect(actions()).toEqual([]);
  await card.getByText('Once more: Decline').waitFor();
  relay.ucwa.ring({ name: 'During the gap' });
  await relay.topic.event(({ data }) => (data as { from?: { name?: string } }).from?.name === 'During the gap');
  await page.unroute('**/api/stream');
  // It may try by itself in the meantime.
  await page
    .getByRole('button', { name: 'Try now' })
    .dispatchEvent('click')
    .catch(() => undefined);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'During the gap' }).waitFor();
});

test('a key that has expired is asked for again, over what was shown', async () => {
  const page = await open();
  const { card, decline, actions } = await ringOn(page, 'Still shown');
  await replaceKey(page, 'expired');
  await decline.click();
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByText('This key is not accepted (401). Was it renewed?').waitFor();
  expect(await card.isVisible()).toBe(true);
  expect(actions()).toEqual([]);
  await signIn(page, key());
  await dialog.waitFor({ state: 'detached' });
  await decline.click();
  await card.getByText(/Declined by you/).waitFor();
});

test('500 calls of one minute are shown in their order, and the page stays quick', async () => {
  const page = await openAsAnother();
  let asked = 0;
  await page.route('**/api/stream', async (route) => {
    asked += 1;
    const now = await page.evaluate<number>('Date.now()');
    const calls = asked > 5 ? [] : Array.from({ length: 100 }, (_, index) => crowdEvent(asked * 100 + index, now));
    await route.fulfill({ contentType: 'text/event-stream', body: calls.join('') || ': nothing\n\n' });
  });
  const rows = page.locator('.ringing > li');
  await page.locator('[data-invitation="crowd-599"]').waitFor();
  const names = await rows.locator('h2').allTextContents();
  const numbers = names.filter((name) => /^Crowd/.test(name)).map((name) => Number(name.slice(6)));
  expect(numbers).toEqual(Array.from({ length: 500 }, (_, index) => index + 100));
  expect(await page.locator('nav a[href="#/now"]').innerText()).toMatch(/5\d\d/);
});

test('a missed call stands first in the history until somebody calls back', async () => {
  const page = await open();
  relay.ucwa.ring({ name: 'Mia Wong', from: '+85258081234', scenario: 'missed', ringSeconds: 1, afterSeconds: 0.1 });
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Name or number' });
  expect(await search.evaluate('document.activeElement?.id')).toBe('search');
  await page.keyboard.type('mia');
  const row = page.getByRole('row').filter({ hasText: 'Mia Wong' });
  await row.getByText('Missed').waitFor();
  expect(await page.getByRole('rowgroup').filter({ has: row }).innerText()).toMatch(/^Missed, nobody has called back/);
  expect(await page.getByRole('row').count()).toBe(3);
  await row.getByRole('button', { name: 'Call back Mia Wong' }).click();
  await page.getByText('Calling Mia Wong: Reception’s phone rings first.').waitFor();
  await relay.topic.invitationEvent({ direction: 'outgoing', event: 'started' });
  await row.getByRole('button').waitFor({ state: 'detached' });
});

test('the timeline of a call says what every subscriber got, and why not', async () => {
  await subscribe(relay, {
    url: `${subscriber.url}/night`,
    description: 'Night desk',
    filters: { importance: ['urgent'] },
  });
  const page = await open();
  const { card, accept } = await ringOn(page, 'To be told');
  await accept.click();
  await card.getByText(/Taken by you/).waitFor();
  await card.getByRole('link', { name: 'To be told' }).click();
  const story = page.getByRole('region', { name: 'To be told' });
  for (const words of [
    /Rang at Reception/,
    /On the bus/,
    /CRM\s+delivered in \d+ ms/,
    /Night desk\s+not sent: its filter importance excludes it/,
    /Sent to Reception’s phone/,
    /Answered/,
  ])
    await story.getByRole('listitem').filter({ hasText: words }).first().waitFor();
  await page.getByText('The last event as it was sent (JSON)').click();
  await page.getByText('"kind": "audioVideo"').waitFor();
});

test('a subscriber is tested, paused and resumed, and the check of an account begins', async () => {
  await subscribe(relay, { url: `${subscriber.url}/broken`, description: 'Pager' });
  const page = await open('subscribers');
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Pager' }) });
  await row.getByRole('button', { name: 'Test Pager' }).click();
  await row.getByText(/^The test was not delivered: .*503/).waitFor();
  await row.getByRole('button', { name: 'Pause Pager' }).click();
  await row.getByText(/Paused since/).waitFor();
  await row.getByRole('button', { name: 'Resume Pager' }).click();
  await row.getByText('Resumed.').waitFor();
  await row.getByRole('button', { name: 'Recover… Pager' }).click();
  await row.getByText(/would be sent again/).waitFor();
  await page.getByRole('link', { name: /^Accounts/ }).click();
  const account = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Reception' }) });
  await account.getByText(/Listening since/).waitFor();
  await account.getByRole('button', { name: 'Check Reception' }).click();
  // The check itself polls an event channel of its own, for 20 s.
  await account.getByText('Checking …').waitFor();
});

test('of several tabs one asks the relay, and one that nobody sees stops after five minutes', async () => {
  const page = await openAsAnother({ ownsClock: true });
  const asked: string[] = [];
  page.context().on('request', (request) => {
    if (request.url().endsWith('/api/stream')) asked.push(request.headers()['last-event-id'] ?? 'none');
  });
  const second = await page.context().newPage();
  await second.goto(url());
  await signIn(second, key());
  await second.getByText('Live', { exact: true }).waitFor();
  await ringOn(second, 'Heard by both');
  expect(asked).not.toContain('none');
  await page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, value: true })");
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.clock.fastForward(5 * 60_000 + 5000);
  await page.getByText('Stopped', { exact: true }).waitFor();
  await page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, value: false })");
  await ringOn(second, 'Heard by one');
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.getByRole('heading', { name: 'Heard by one' }).waitFor();
});

test('people of the organisation sign in, do what their roles allow, and sign out', async () => {
  const host = await relay.startHost(entraSettings);
  const { page } = await openSignedOut();
  await page.getByText('Sign in with your organisation').waitFor();
  await signInByPlatform(page, ['Invitations.Read']);
  await page.getByText('Dana Berg').waitFor();
  const reader = await ringOn(page, 'For readers');
  expect(await reader.decline.count()).toBe(0);
  const invitationId = (await reader.card.getAttribute('data-invitation')) ?? '';
  expect(await page.evaluate<number>(declineFrom(invitationId))).toBe(403);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('Sign in with your organisation').waitFor();
  expect(await page.evaluate<number>(declineFrom(invitationId))).toBe(401);
  await signInByPlatform(page, ['Invitations.Read', 'Invitations.Command']);
  await reader.decline.click();
  await reader.card.getByText(/Declined by you/).waitFor();
  expect(reader.actions()).toEqual(['decline']);
  await host.close();
});
