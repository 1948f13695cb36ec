import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import {
  accessibilityViolations,
  openConsole,
  startBrowser,
  type ConsolePage,
} from '../support/console/consoleBrowser';
import type { TestRelay } from '../support/relay';
import { startSubscriber, type SubscriberServer } from '../support/subscriberServer';
import { simulatorAccount } from '../support/ucwaSimulator';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';
import { findBrowser } from './findBrowser.cjs';

const IMAGES = path.join(__dirname, '../../docs/images');
/** `CONSOLE_IMAGES=1 npm run test:browser` writes these pictures of the documents anew. */
const pictures = new Set([
  'sign-in',
  'now',
  'taken',
  'history',
  'call',
  'subscribers',
  'accounts',
  'now-360-dark',
  'call-360-dark',
]);
const writesImages = process.env['CONSOLE_IMAGES'] === '1';

const sales = { ...simulatorAccount, sipUri: 'sip:sales@contoso.com', username: 'sales@contoso.com' };
const night = { ...simulatorAccount, sipUri: 'sip:night@contoso.com', username: 'night@contoso.com', password: 'old' };

let relay: TestRelay;
let browser: Browser;
let subscriber: SubscriberServer;

beforeAll(async () => {
  [relay, browser, subscriber] = await Promise.all([
    startWebhookRelay({ accounts: [simulatorAccount, sales, night] }),
    startBrowser(findBrowser() ?? ''),
    startSubscriber(({ target }) => ({ status: target.endsWith('/pager') ? 503 : 204 })),
  ]);
  await relay.connected(sales.sipUri);
  await Promise.all([
    subscribe(relay, { url: `${subscriber.url}/crm`, description: 'CRM' }),
    subscribe(relay, { url: `${subscriber.url}/cards`, description: 'Teams “Front desk”', format: 'teams' }),
    subscribe(relay, { url: `${subscriber.url}/pager`, description: 'Pager' }),
    subscribe(relay, {
      url: `${subscriber.url}/night`,
      description: 'Night desk',
      filters: { importance: ['urgent'] },
    }),
  ]);
  await ringThoseThatEnd();
});
afterAll(async () => {
  await browser.close();
  await relay.close();
  await subscriber.close();
});

/** Calls that are over before the first view is opened. */
async function ringThoseThatEnd(): Promise<void> {
  const soon = { afterSeconds: 0.2 } as const;
  const calls = [
    { name: 'Grace Hopper', from: '+12025550143', scenario: 'answered' },
    { name: 'Mia Wong', from: '+85258081234', scenario: 'missed', ringSeconds: 0.5, account: sales.sipUri },
    { name: 'Ola Nordmann', from: '+4722225555', scenario: 'answeredElsewhere' },
    { name: 'Parcel service', from: '+498001234567', scenario: 'declined' },
    { name: 'Jörg Müller', from: '+4989123499', scenario: 'cancelled', account: sales.sipUri },
  ] as const;
  for (const call of calls) relay.ucwa.ring({ ...soon, ...call });
  await Promise.all(
    calls.map(({ name }) =>
      relay.topic.event(({ type, data }) => type.endsWith('.completed') && nameOf(data) === name),
    ),
  );
}

function nameOf(data: unknown): string | undefined {
  return (data as { readonly from?: { readonly name?: string } }).from?.name;
}

function ringThoseThatWait(): void {
  relay.ucwa.ring({
    name: 'Alice Example',
    from: 'sip:alice@northwind.com',
    subject: 'Delivery at gate 4, driver waits',
    importance: 'Urgent',
    transferredBy: 'sip:dana@contoso.com',
    ringSeconds: 60,
  });
  relay.ucwa.ring({ name: 'Bob Hart', from: '+442079460102', account: sales.sipUri, ringSeconds: 60 });
}

const looks = [
  { name: 'wide and light', suffix: '', options: { viewport: { width: 1280, height: 720 }, colorScheme: 'light' } },
  {
    name: '360 px and dark',
    suffix: '-360-dark',
    options: { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  },
] as const;

describe.each(looks)('$name', ({ suffix, options }) => {
  let page: Page;
  let opened: ConsolePage;
  beforeAll(async () => {
    const url = `${relay.http().defaults.baseURL ?? ''}/console/`;
    opened = await openConsole(browser, { url, browser: { deviceScaleFactor: suffix === '' ? 1 : 2, ...options } });
    page = opened.page;
  });
  afterAll(() => opened.close());

  /** No rule of axe is violated, nothing is wider than the screen; and the picture, where that is asked for. */
  async function check(view: string): Promise<void> {
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width);
    const picture = `${view}${suffix}`;
    if (!writesImages || !pictures.has(picture)) return;
    mkdirSync(IMAGES, { recursive: true });
    await page.screenshot({ path: path.join(IMAGES, `console-${picture}.png`), animations: 'disabled' });
  }
  const go = (view: string): Promise<void> =>
    page
      .getByRole('navigation')
      .getByRole('link', { name: new RegExp(`^${view}`) })
      .click();

  test('the sign-in', async () => {
    await page.getByLabel('Functions key').waitFor();
    await check('sign-in');
    await page.getByLabel('Functions key').fill(String(relay.http().defaults.headers['x-functions-key']));
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
  });

  test('Now, without a call and with some', async () => {
    await page.getByRole('heading', { name: 'No call is ringing' }).waitFor();
    await check('empty');
    ringThoseThatWait();
    await page.getByRole('heading', { name: 'Alice Example' }).waitFor();
    await page.getByRole('heading', { name: 'Bob Hart' }).waitFor();
    await check('now');
    await page.getByRole('button', { name: /^Decline.*Alice Example/ }).click();
    await page.getByRole('button', { name: /^Decline.*Bob Hart/ }).click();
    await page.getByText('Declined by you').nth(1).waitFor();
    await check('taken');
  });

  test('History', async () => {
    await go('History');
    await page.getByRole('row').filter({ hasText: 'Grace Hopper' }).waitFor();
    await check('history');
    await page.getByRole('button', { name: 'More filters' }).click();
    await check('filters');
  });

  test('a call', async () => {
    await page.getByRole('link', { name: 'Grace Hopper' }).click();
    await page
      .getByText(/^not sent: its filter importance/)
      .first()
      .waitFor();
    await check('call');
  });

  test('Subscribers', async () => {
    await go('Subscribers');
    await page.getByText(/p95/).first().waitFor();
    await page.getByRole('button', { name: 'Attempts of Pager' }).click();
    await page
      .getByText(/attempt \d+, /)
      .first()
      .waitFor();
    await check('subscribers');
  });

  test('Accounts', async () => {
    await go('Accounts');
    await page.getByText(/Password rejected/).waitFor();
    await check('accounts');
  });
});
