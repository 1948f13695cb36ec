import type { Page } from 'playwright-core';
import { findBrowser } from '../browser/findBrowser.cjs';
import { openConsole, startBrowser } from '../support/console/consoleBrowser';
import { openPages } from './openPages';

/** An open page of the console, or what follows the stream as one does. */
export interface ConsoleView {
  /** What `shows` waits for. */
  readonly what: 'painted in the console' | 'event at the console';
  /** Resolves when the call whose caller has this name is there. */
  shows(name: string): Promise<void>;
  close(): Promise<void>;
}

/** In a browser; where there is none, what follows the stream as a page does. The key is `bench`. */
export function openConsoleView(functionsUrl: string): Promise<ConsoleView> {
  const program = findBrowser();
  return program === undefined ? followStream(functionsUrl) : openInBrowser(functionsUrl, program);
}

async function followStream(functionsUrl: string): Promise<ConsoleView> {
  const page = openPages(1, `${functionsUrl}/api/stream`, 'bench');
  await page.allHeld();
  return {
    what: 'event at the console',
    shows: (name) => page.received(name),
    close() {
      page.close();
      return Promise.resolve();
    },
  };
}

async function openInBrowser(functionsUrl: string, program: string): Promise<ConsoleView> {
  const browser = await startBrowser(program);
  const { page } = await openConsole(browser, {
    url: `${functionsUrl}/api/console/`,
    key: 'bench',
    script: reportsPainted,
    // What is below the edge of the window is not painted: some 25 rows have room.
    browser: { viewport: { width: 1280, height: 2400 } },
  });
  const painted = await namesPainted(page);
  await page.getByText('Live', { exact: true }).waitFor();
  return { what: 'painted in the console', shows: painted, close: () => browser.close() };
}

/**
 * The browser itself reports when it has painted the name of a caller (W3C Element Timing). Playwright's `waitFor` would ask every
 * half second whether it is there, which makes any call 250 ms late.
 */
const reportsPainted = `
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const added of addedNodes)
        if (added instanceof Element)
          for (const name of added.matches('h2') ? [added] : added.querySelectorAll('h2'))
            name.setAttribute('elementtiming', name.textContent);
  }).observe(document, { childList: true, subtree: true });
  new PerformanceObserver((painted) => {
    for (const { identifier } of painted.getEntries()) globalThis.reportPainted?.(identifier);
  }).observe({ type: 'element' });`;

/** @returns a function that resolves when this name has been painted. */
async function namesPainted(page: Page): Promise<(name: string) => Promise<void>> {
  const painted = new Set<string>();
  let onPainted = (): void => undefined;
  await page.exposeFunction('reportPainted', (name: string) => {
    painted.add(name);
    onPainted();
  });
  return (name) =>
    new Promise((resolve) => {
      onPainted = () => {
        if (painted.has(name)) resolve();
      };
      onPainted();
    });
}
