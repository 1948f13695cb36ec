import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

/** A browser without a window. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Chromium's sandbox wants a user of its own, which a container's root is not.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // Nobody looks at it: what a graphics card would draw takes the processor half as long again.
  return chromium.launch({ executablePath, args: [...sandbox, '--disable-gpu'] });
}

export interface ConsolePageOptions {
  /** Of the console. */
  readonly url: string;
  /** Kept for the tab as if it had been typed; somebody has to sign in without. */
  readonly key?: string;
  /** The view, as its fragment has it. Default `now`. */
  readonly view?: string;
  /** Whether the test owns the page's clock, which goes on by itself until it is told otherwise. */
  readonly ownsClock?: boolean;
  /** Runs in the page before its own scripts. */
  readonly script?: string;
  /** What the person's browser is like, where it is a new one. */
  readonly browser?: BrowserContextOptions;
}

/** A page of the console, and what went wrong in it. */
export interface ConsolePage {
  readonly page: Page;
  /** Errors of scripts, refusals of the content security policy, and dialogs: a page should have none. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** A person's browser, with a storage of its own, in a fixed language and time zone. */
export function newPerson(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
}

/** Opens the console as a new person, signed in where a key is given. */
export async function openConsole(browser: Browser, options: ConsolePageOptions): Promise<ConsolePage> {
  const person = await newPerson(browser, options.browser);
  const opened = await openTab(person, options);
  return { ...opened, close: () => person.close() };
}

/** As openConsole, in one more tab of that person: a browser opens one in a fraction of the time. */
export async function openTab(person: BrowserContext, options: ConsolePageOptions): Promise<ConsolePage> {
  const { url, key, view = 'now', ownsClock = false, script } = options;
  const page = await person.newPage();
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
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(`${url}#/${view}`);
  return { page, faults, close: () => page.close() };
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

const axe = readFileSync(path.join(__dirname, '../../../node_modules/axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds on the page as it is now: each rule that is violated, with the elements. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  if (await page.evaluate<boolean>("typeof axe === 'undefined'")) await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
