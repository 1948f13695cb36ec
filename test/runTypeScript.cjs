/**
 * Lets Node run the TypeScript in test/ as it stands: `node -r ./test/runTypeScript.cjs test/chaos/main.ts`. It is
 * translated one file at a time, exactly as the tests are (jest.config.cjs); nothing is left behind to go stale.
 */
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

process.setSourceMapsEnabled(true);

// Marked as deprecated in Node's documentation for its limits, not to go: the hook of every such tool for CommonJS.
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    configFile: false,
    swcrc: false,
  });
  module._compile(code, filename);
};
