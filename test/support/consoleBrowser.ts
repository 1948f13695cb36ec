import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** A browser without a window. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Chromium's sandbox wants a user of its own, which a container's root is not.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

export interface ConsolePageOptions extends BrowserContextOptions {
  /** Of the console. */
  readonly url: string;
  /** Kept for the tab as if it had been typed; somebody has to sign in without. */
  readonly key?: string;
  /** The view, as its fragment has it. Default `now`. */
  readonly view?: string;
  /** Whether the test owns the page's clock, which goes on by itself until it is told otherwise. */
  readonly ownsClock?: boolean;
}

/** A page of the console in a browser of its own, and what went wrong in it. */
export interface ConsolePage {
  readonly page: Page;
  /** Errors of scripts, refusals of the content security policy, and dialogs: a page should have none. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens the console in a fixed language and time zone, signed in where a key is given. */
export async function openConsole(browser: Browser, options: ConsolePageOptions): Promise<ConsolePage> {
  const { url, key, view = 'now', ownsClock = false, ...context } = options;
  const opened = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...context });
  const page = await opened.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.setDefaultTimeout(LONGEST_MS);
  if (ownsClock) await page.clock.install();
  if (key !== undefined) await keepKey(page, key);
  await page.goto(`${url}#/${view}`);
  return { page, faults, close: () => opened.close() };
}

/** What a page waits for comes in a second or two; a slow machine is no fault. */
const LONGEST_MS = 30_000;

/** Before the page is loaded: as the console keeps the key that was typed in this tab before. */
async function keepKey(page: Page, key: string): Promise<void> {
  const script = `if (sessionStorage.getItem('${KEY}') === null) sessionStorage.setItem('${KEY}', '${key}')`;
  await page.addInitScript(script);
}

/** Where the console keeps the key. */
const KEY = 'ucwa-relay.key';

/** Has the page use another key from now on. */
export async function replaceKey(page: Page, key: string): Promise<void> {
  await page.evaluate(`sessionStorage.setItem('${KEY}', '${key}')`);
}

/** Types a key and sends it. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('Functions key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const axe = readFileSync(path.join(__dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds on the page as it is now: each rule that is violated, with the elements. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
