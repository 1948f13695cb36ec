/** Unit tests open no socket; contract, wire and e2e tests talk to the local stand-ins on port 0. */
module.exports = {
  testEnvironment: 'node',
  roots: ['unit', 'contract', 'property', 'wire', 'e2e'].map((level) => `<rootDir>/test/${level}`),
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      },
    ],
  },
  // Nobody waits for it but who has a bug: a slow machine is not one.
  testTimeout: 180_000,
  maxWorkers: 2,
  // `npm run test:coverage`: what the unit tests alone run of shared/. Adapters are covered by wire tests and the console by
  // browser tests, which are not counted.
  collectCoverageFrom: ['shared/**/*.ts', '!shared/console/**'],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcov'],
  coverageThreshold: { global: { lines: 95, branches: 92, functions: 90 } },
  errorOnDeprecated: true,
};
