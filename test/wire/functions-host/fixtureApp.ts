import { join } from 'node:path';

/** The folder of a small function app under test/fixtures/functions-host. */
export const fixtureApp = (name: string): string => join(__dirname, '../../fixtures/functions-host', name);
