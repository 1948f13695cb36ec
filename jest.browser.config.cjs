const { findBrowser } = require('./test/browser/findBrowser.cjs');

// In one line, and nothing else: who has no browser misses no other test. Where CI runs there must be one.
if (findBrowser() === undefined) {
  process.stdout.write('No browser is here: install chromium, or name one in CHROMIUM, to run the browser tests.\n');
  process.exit(process.env.CI === 'true' ? 1 : 0);
}

/** `npm run test:browser`: the console in a real browser, against the built app in the local stack. */
module.exports = { ...require('./jest.config.cjs'), roots: ['<rootDir>/test/browser'] };
