// Run by lintOpenApi.ts in a process of its own: the linter is an ES module, which jest's module system does not load.
// Takes a document on standard input and writes the problems that the recommended rules find, as JSON.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { text } from 'node:stream/consumers';

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    'no-invalid-media-type-examples': 'error',
    'no-invalid-parameter-examples': 'error',
    // GET /health/live asks nothing of its caller, so that a caller can do nothing wrong.
    'operation-4xx-response': 'off',
  },
});
const problems = await lintFromString({ source: await text(process.stdin), absoluteRef: 'openapi.json', config });
process.stdout.write(
  JSON.stringify(
    problems.map(({ ruleId, severity, message, location }) => ({
      ruleId,
      severity,
      message,
      at: location[0]?.pointer,
    })),
  ),
);
